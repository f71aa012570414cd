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

    public init(pod: Pod, warnings: [String], fingerprint: String?, file: String) {
        self.pod = pod
        self.warnings = warnings
        self.fingerprint = fingerprint
        self.file = file
    }

    public var key: PodKey { PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name) }

    /// Whether a pod that runs from the other one can go on as this one: only what is said about it may differ, not what it
    /// is. By what was written: another agent may decode the same words with other defaults.
    package func continues(_ other: DesiredPod) -> Bool {
        guard pod.metadata.uid == other.pod.metadata.uid else { return false }
        guard let fingerprint, let before = other.fingerprint else { return true }
        return fingerprint == before
    }

    /// What is said here about a pod that runs from the other one. Its spec stays as it was decoded when the pod was made, as
    /// an API server keeps the defaults of the time: the pod's shape and its next containers agree.
    package func describing(_ other: DesiredPod) -> DesiredPod {
        var described = self
        described.pod.spec = other.pod.spec
        return described
    }
}

extension PodShape {
    package init(_ pod: Pod) {
        func shape(_ container: Container, _ role: ContainerShape.Role) -> ContainerShape {
            ContainerShape(
                name: container.name,
                role: role,
                image: ImageRequest(reference: container.image, policy: container.imagePullPolicy),
                restartPolicy: pod.spec.restartPolicy
            )
        }
        self.init(
            uid: pod.metadata.uid,
            key: PodKey(namespace: pod.metadata.namespace, name: pod.metadata.name),
            containers: pod.spec.initContainers.map { shape($0, .initial) }
                + pod.spec.containers.map { shape($0, .main) },
            restartPolicy: pod.spec.restartPolicy,
            gracePeriod: .seconds(max(0, pod.spec.terminationGracePeriodSeconds))
        )
    }
}
