import JSONCoding

extension PodUpdatePlan {
    mutating func compareContainers(_ path: String, _ old: JSONNode?, _ new: JSONNode?, isInit: Bool) {
        let before = Self.named(old)
        let after = Self.named(new)
        let (names, newNames) = (before.map(\.name), after.map(\.name))
        for name in names where !newNames.contains(name) {
            recreations.append(FieldChange("\(path)[\(name)]", from: "there"))
        }
        for name in newNames where !names.contains(name) {
            recreations.append(FieldChange("\(path)[\(name)]", to: "there"))
        }
        // The order of init containers is that of their work.
        if isInit, names != newNames, Set(names) == Set(newNames) { recreations.append(FieldChange(path)) }
        for (name, container) in before {
            guard let other = after.first(where: { $0.name == name }) else { continue }
            let isStep = isInit && container["restartPolicy"]?.stringValue != "Always"
            compareContainer("\(path)[\(name)]", name, container, other.container, isStep: isStep)
        }
    }

    private static func named(_ list: JSONNode?) -> [(name: String, container: JSONNode)] {
        (list?.arrayValue ?? []).map { ($0["name"]?.stringValue ?? "", $0) }
    }

    /// - Parameter isStep: an init container whose work is done once, before the others begin: with other work it is
    ///   another pod.
    private mutating func compareContainer(
        _ path: String,
        _ name: String,
        _ old: JSONNode,
        _ new: JSONNode,
        isStep: Bool
    ) {
        for field in Self.changedFields(old, new) {
            let change = FieldChange("\(path).\(field)", old[field], new[field])
            switch field {
            // Counts for the next pull, and for the next resize.
            case "imagePullPolicy", "resizePolicy":
                described.append(change)
            case "ports":
                // Container ports are only spoken of; the host's are doors of the sandbox.
                if Self.hostPorts(old[field]) == Self.hostPorts(new[field]) {
                    described.append(change)
                } else {
                    recreations.append(change)
                }
            case "resources":
                let policies = new["resizePolicy"]?.arrayValue ?? []
                let restarting = Set(
                    policies.filter { $0["restartPolicy"]?.stringValue == "RestartContainer" }
                        .compactMap { $0["resourceName"]?.stringValue }
                )
                compareResources(change.path, old[field], new[field], container: isStep ? nil : name) {
                    restarting.contains($0)
                }
            // Makes a step of a sidecar, or the other way round.
            case "restartPolicy" where path.hasPrefix("spec.initContainers"):
                recreations.append(change)
            default:
                if isStep { recreations.append(change) } else { restarts[name, default: []].append(change) }
            }
        }
    }

    private static func hostPorts(_ ports: JSONNode?) -> Set<[String]> {
        var found: Set<[String]> = []
        for port in ports?.arrayValue ?? [] {
            guard let number = port["hostPort"]?.integerValue else { continue }
            let target = port["containerPort"]?.integerValue ?? 0
            found.insert(
                [
                    "\(number)", "\(target)", port["protocol"]?.stringValue ?? "TCP",
                    port["hostIP"]?.stringValue ?? "",
                ]
            )
        }
        return found
    }

    /// - Parameters:
    ///   - container: whose they are; nil for the pod's own, and for those of a step.
    ///   - needsRestart: whether the container has to start anew for a change of this resource.
    mutating func compareResources(
        _ path: String,
        _ old: JSONNode?,
        _ new: JSONNode?,
        container: String? = nil,
        needsRestart: (String) -> Bool
    ) {
        for field in Self.changedFields(old, new) {
            guard field == "limits" || field == "requests" else {
                recreations.append(FieldChange("\(path).\(field)"))
                continue
            }
            for name in Self.changedFields(old?[field], new?[field]) {
                let change = FieldChange("\(path).\(field).\(name)", old?[field]?[name], new?[field]?[name])
                let before = old?[field]?[name].flatMap(Quantity.init(node:))
                let after = new?[field]?[name].flatMap(Quantity.init(node:))
                // Only written otherwise: 0.5 and 500m.
                if before == after { continue }
                switch name {
                case "cpu", "memory":
                    if let container, needsRestart(name) {
                        restarts[container, default: []].append(change)
                    } else {
                        resizes.append(change)
                    }
                // Measured, not set.
                case "ephemeral-storage": described.append(change)
                default: recreations.append(change)
                }
            }
        }
    }

    mutating func compareQuantities(
        _ path: String,
        _ old: JSONNode?,
        _ new: JSONNode?,
        _ note: (inout PodUpdatePlan, FieldChange) -> Void
    ) {
        for name in Self.changedFields(old, new) {
            let before = old?[name].flatMap(Quantity.init(node:))
            let after = new?[name].flatMap(Quantity.init(node:))
            if before != after { note(&self, FieldChange("\(path).\(name)", old?[name], new?[name])) }
        }
    }
}
