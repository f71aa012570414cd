import PodSpec

/// A pod as a manifest file wants it.
public struct DesiredPod: Sendable, Hashable {
    public var pod: Pod
    /// What of the manifest is not served.
    public var warnings: [String]
    /// `PodIdentity.fingerprint` of the spec as it was written; nil where an agent that knew of none wrote it down.
    public var fingerprint: String?
    /// The file it comes from, relative to the watched folder.
    public var file: String
    /// Whether the manifest itself names the UID. One that was derived stays the pod's as long as it can be updated in place.
    public var hasGivenUID = false

    public init(pod: Pod, warnings: [String], fingerprint: String?, file: String) {
        self.pod = pod
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.file = file
    }

    public var key: PodKey { PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name) }

    /// What has to be done to a pod that runs from the other one so that it becomes this one. First by what was written:
    /// another agent may decode the same words with other defaults.
    package func plan(from running: DesiredPod) -> PodUpdatePlan {
        var plan =
            isSpecified(as: running)
            ? PodUpdatePlan(metadataOf: running.pod, to: pod) : PodUpdatePlan(from: running.pod, to: pod)
        if pod.metadata.uid != running.pod.metadata.uid {
            let (old, new) = (running.pod.metadata.uid, pod.metadata.uid)
            plan.recreations.append(FieldChange("metadata.uid", from: old, to: new))
        }
        return plan
    }

    /// Whether both specs are the same as written. Of a record that knows no fingerprint the UID tells it.
    package func isSpecified(as other: DesiredPod) -> Bool {
        guard let fingerprint, let before = other.fingerprint else { return pod.metadata.uid == other.pod.metadata.uid }
        return fingerprint == before
    }

    /// This pod as it goes on from one that runs from the other. A spec that is the same as written stays as it was decoded
    /// when the pod was made, as an API server keeps the defaults of the time: the pod's shape and its next containers agree.
    package func continuing(_ other: DesiredPod) -> DesiredPod {
        guard isSpecified(as: other) else { return self }
        var described = self
        described.pod.spec = other.pod.spec
        return described
    }

    /// This pod with the UID of the one before it, where that was derived too and can become this one in place.
    package func settled(after before: DesiredPod) -> DesiredPod {
        guard !hasGivenUID, !before.hasGivenUID, before.fingerprint != nil,
            before.pod.metadata.uid != pod.metadata.uid
        else { return self }
        var settled = self
        settled.pod.metadata.uid = before.pod.metadata.uid
        return settled.plan(from: before).keepsPod ? settled : self
    }
}

extension DesiredPod {
    /// With what it gets when it is made, and not by its manifest: its priority and overhead. A pod that runs keeps what it got.
    func admitted(by classes: ClusterClasses) -> DesiredPod {
        var admitted = self
        admitted.warnings += classes.admit(&admitted.pod)
        return admitted
    }
}
