import PodSpec

/// What the watched folder wants, all files together.
public struct ManifestSnapshot: Sendable, Hashable {
    /// At most one pod of a key.
    public var pods: [PodKey: DesiredPod]
    /// What is there beside the pods; at most one of a kind, namespace and name.
    public var objects: [ObjectName: DesiredObject]
    public var problems: [ManifestProblem]

    public init(
        pods: [PodKey: DesiredPod] = [:],
        objects: [ObjectName: DesiredObject] = [:],
        problems: [ManifestProblem] = []
    ) {
        self.pods = pods
        self.objects = objects
        self.problems = problems
    }
}
