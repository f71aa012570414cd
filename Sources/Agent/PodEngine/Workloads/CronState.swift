import Linux
import PodSpec

/// What has to be remembered of a CronJob. Its jobs are part of it: that a time has been served and the job that serves it
/// are written down as one.
package struct CronState: Codable, Sendable, Hashable {
    package var createdAt: Timestamp
    /// The schedule and zone that `since` is about.
    package var schedule: String
    /// Times up to here, in seconds since 1970, are settled.
    package var since: Int64
    package var lastScheduledFor: Int64?
    package var lastSuccess: Timestamp?
    package var jobs: [JobState] = []

    package init(createdAt: Timestamp, schedule: String) {
        self.createdAt = createdAt
        self.schedule = schedule
        since = createdAt.seconds
    }
}
