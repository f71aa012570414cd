import Linux
import PodSpec

/// What has to be remembered of one run of a job.
package struct JobState: Codable, Sendable, Hashable {
    /// A pod of the job; it stays when it has ended, as the API server keeps it, so that its log can be read.
    package struct Run: Codable, Sendable, Hashable {
        package var name: String
        package var uid: String
        package var index: Int?
        package var createdAt: Timestamp
        package var end: End?
    }

    /// How a pod ended. One that has an end has been counted.
    package struct End: Codable, Sendable, Hashable {
        package var isSuccess: Bool
        package var at: Timestamp
    }

    /// What has been decided about the job as a whole, before its last pods have gone.
    package struct Verdict: Codable, Sendable, Hashable {
        package var isSuccess: Bool
        package var reason: String
        package var message: String
    }

    /// Successes and failures.
    package struct Tally: Codable, Sendable, Hashable {
        package var succeeded = 0
        package var failed = 0
        package var completedIndexes = CompletionIndexes()
        package var failedIndexes = CompletionIndexes()
        /// Failures that count, by index, where the limit is by index.
        package var failuresByIndex: [String: Int] = [:]
        /// Failures that count, in all.
        package var counted = 0
        /// Failures since the last success, and when the last one was.
        package var inARow = 0
        package var lastFailureAt: Timestamp?
    }

    package var name: String
    package var uid: String
    package var createdAt: Timestamp
    /// When a CronJob's schedule asked for it, in seconds since 1970.
    package var scheduledFor: Int64?
    /// As it was decoded when the job was made; what may be changed of a job is changed here.
    package var spec: JobSpec
    package var mold: PodMold
    package var runs: [Run] = []
    package var tally = Tally()
    package var times = Times()
    package var verdict: Verdict?
    package var conditions: [WorkloadCondition] = []

    package struct Times: Codable, Sendable, Hashable {
        package var startedAt: Timestamp?
        package var finishedAt: Timestamp?
        /// Its time after the end is over: it is not there any more, and is not done again.
        package var isExpired = false
    }

    package init(name: String, uid: String, createdAt: Timestamp, spec: JobSpec, mold: PodMold) {
        self.name = name
        self.uid = uid
        self.createdAt = createdAt
        self.spec = spec
        self.mold = mold
    }

    package var isFinished: Bool { times.finishedAt != nil }

    /// Whether it has ended well; nil where it has not ended.
    package var hasSucceeded: Bool? { isFinished ? verdict?.isSuccess : nil }

    /// Pods that have not ended.
    package var active: [Run] { runs.filter { $0.end == nil } }
}
