import Linux
import PodSpec

/// `<state>/workloads/<kind>_<namespace>_<name>.json`: what has to be remembered of a workload. It is on disk before the
/// pods that it names are made, and goes when the workload is not wanted any more.
package struct WorkloadRecord: Codable, Sendable, Hashable {
    /// The format; another one is refused.
    package static let version = 1

    /// What is remembered beside the object, by what it is.
    package enum State: Codable, Sendable, Hashable {
        case replicas(ReplicaState)
        case job(JobState)
        case cron(CronState)
    }

    package var version = WorkloadRecord.version
    /// The manifest file, relative to the watched folder.
    package var file: String
    /// The last good version of the manifest: what stands while the file is broken.
    package var decoded: DecodedWorkload
    package var createdAt: Timestamp
    package var state: State
    /// How many specs it has had (`metadata.generation`); nil where an agent wrote it down that did not count: it begins with 1.
    package var generation: Int64?

    package init(_ desired: DesiredWorkload, createdAt: Timestamp, state: State) {
        file = desired.file
        decoded = desired.decoded
        self.createdAt = createdAt
        self.state = state
        generation = 1
    }

    package var name: WorkloadName { decoded.name }

    var desired: DesiredWorkload { DesiredWorkload(decoded: decoded, file: file) }

    /// The pods that it names are what must not be lost. Conditions and times of progress may be, by a power cut.
    func needsDisk(after other: WorkloadRecord?) -> Bool {
        guard let other, case .replicas(var mine) = state, case .replicas(let theirs) = other.state else {
            return self != other
        }
        (mine.conditions, mine.progress) = (theirs.conditions, theirs.progress)
        var copy = self
        copy.state = .replicas(mine)
        return copy != other
    }
}

/// A workload as a manifest file wants it.
public struct DesiredWorkload: Sendable, Hashable {
    public var decoded: DecodedWorkload
    /// The file it comes from, relative to the watched folder.
    public var file: String

    public init(decoded: DecodedWorkload, file: String) {
        self.decoded = decoded
        self.file = file
    }

    public var name: WorkloadName { decoded.name }
}

/// A workload as it is now.
public struct WorkloadSnapshot: Sendable, Hashable {
    /// The object with its status.
    public var workload: Workload
    /// The manifest file, relative to the watched folder.
    public var file: String
    /// What happened to it, the latest last.
    public var events: [PodOccurrence]

    public var name: WorkloadName { workload.name }
}
