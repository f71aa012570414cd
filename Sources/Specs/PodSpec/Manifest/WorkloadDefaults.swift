import JSONCoding

/// Fills in what the API server fills in for the kinds that make pods.
enum WorkloadDefaults {
    /// The object with all defaults; `uid` is used where the manifest has none.
    static func apply(to object: JSONNode, kind: WorkloadKind, uid: String) -> JSONNode {
        // Its metadata is completed as a pod's is.
        var object = object
        object["status"] = nil
        PodDefaults.completeMetadata(of: &object, uid: uid)
        object.change("spec") { spec in
            switch kind {
            case .deployment:
                spec.fill("replicas", 1)
                spec.fill("progressDeadlineSeconds", 600)
                spec.fill("revisionHistoryLimit", 10)
                spec.fill("strategy", [:])
                spec.change("strategy") { strategy in
                    strategy.fill("type", "RollingUpdate")
                    guard strategy["type"]?.stringValue == "RollingUpdate" else { return }
                    strategy.fill("rollingUpdate", [:])
                    strategy.change("rollingUpdate") { update in
                        update.fill("maxUnavailable", "25%")
                        update.fill("maxSurge", "25%")
                    }
                }
                apply(toTemplateOf: &spec)
            case .replicaSet:
                spec.fill("replicas", 1)
                apply(toTemplateOf: &spec)
            case .daemonSet:
                spec.fill("revisionHistoryLimit", 10)
                spec.fill("updateStrategy", [:])
                spec.change("updateStrategy") { strategy in
                    strategy.fill("type", "RollingUpdate")
                    guard strategy["type"]?.stringValue == "RollingUpdate" else { return }
                    strategy.fill("rollingUpdate", [:])
                    strategy.change("rollingUpdate") { update in
                        update.fill("maxSurge", 0)
                        let surges = !["0", "0%"].contains(update["maxSurge"]?.stringValue ?? "")
                            && update["maxSurge"]?.integerValue != 0
                        update.fill("maxUnavailable", surges ? 0 : 1)
                    }
                }
                apply(toTemplateOf: &spec)
            case .job:
                apply(toJob: &spec)
            case .cronJob:
                spec.fill("concurrencyPolicy", "Allow")
                spec.fill("suspend", false)
                spec.fill("successfulJobsHistoryLimit", 3)
                spec.fill("failedJobsHistoryLimit", 1)
                spec.change("jobTemplate") { template in
                    template.fill("metadata", [:])
                    template.change("spec", apply(toJob:))
                }
            }
        }
        return object
    }

    private static func apply(toJob spec: inout JSONNode) {
        // Neither of the two: one pod. Only parallelism: a work queue.
        if spec["completions"] == nil, spec["parallelism"] == nil { spec.fill("completions", 1) }
        spec.fill("parallelism", 1)
        spec.fill("completionMode", "NonIndexed")
        // With limits by index, it is theirs that count.
        spec.fill("backoffLimit", spec["backoffLimitPerIndex"] == nil ? 6 : JSONNode(Int32.max))
        apply(toTemplateOf: &spec)
    }

    private static func apply(toTemplateOf spec: inout JSONNode) {
        spec.change("template") { template in
            template.fill("metadata", [:])
            let pod = PodDefaults.apply(to: template, uid: "")
            template["spec"] = pod["spec"]
            template.change("metadata") { metadata in
                for name in ["name", "namespace", "uid"] { metadata[name] = nil }
            }
        }
    }
}
