import PodSpec

/// What the watched folder wants, all files together.
public struct ManifestSnapshot: Sendable, Hashable {
    /// At most one pod of a key.
    public var pods: [PodKey: DesiredPod]
    public var problems: [ManifestProblem]

    public init(pods: [PodKey: DesiredPod] = [:], problems: [ManifestProblem] = []) {
        self.pods = pods
        self.problems = problems
    }
}
