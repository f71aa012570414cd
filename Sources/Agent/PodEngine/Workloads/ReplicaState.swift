import Linux
import PodSpec

/// What has to be remembered of an object that keeps so many pods running.
package struct ReplicaState: Codable, Sendable, Hashable {
    /// A template that there are pods of, or are to be.
    package struct Revision: Codable, Sendable, Hashable {
        package var hash: String
        /// Counts from 1.
        package var number: Int
        package var mold: PodMold
    }

    package struct Replica: Codable, Sendable, Hashable {
        package var name: String
        package var uid: String
        package var revision: String
        package var createdAt: Timestamp
        /// Set when it has ended, which pods of these kinds do only when something ends them. It is replaced after a while.
        package var failedAt: Timestamp?
    }

    /// How far the latest revision has come, and when it last came further.
    package struct Progress: Codable, Sendable, Hashable {
        package var revision: String
        package var updated: Int
        package var available: Int
        package var old: Int
        package var at: Timestamp
        package var isComplete: Bool
    }

    package var revisions: [Revision] = []
    package var replicas: [Replica] = []
    /// Ends in a row.
    package var failures = 0
    package var progress: Progress?
    package var conditions: [WorkloadCondition] = []

    package init() {}

    package func revision(_ hash: String) -> Revision? { revisions.first { $0.hash == hash } }
}
