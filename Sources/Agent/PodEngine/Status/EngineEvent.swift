import Logging

/// The events in a pod's life that the log names, under the metadata key `event`: whoever reads the log by programs goes
/// by these names, not by the sentences.
///
/// Beside it stand `pod` and `pod-uid`, and where they fit `name`, `id` (of what the event is about), `container`, `image`,
/// `exit-code`, `signal`, `oom-killed`.
public enum EngineEvent: String, Sendable, Hashable, CaseIterable {
    case podCreated = "pod-created"
    case sandboxReady = "sandbox-ready"
    case containerStarted = "container-started"
    case containerDied = "container-died"
    case containerOOMKilled = "container-oom-killed"
    case containerBackOff = "container-back-off"
    case imagePulled = "image-pulled"
    case imagePullFailed = "image-pull-failed"
    case podRemoved = "pod-removed"
    case podEvicted = "pod-evicted"
    case nodeCondition = "node-condition"
    case manifestRefused = "manifest-refused"
}

extension Logger {
    /// Logs an event.
    func log(
        _ level: Logger.Level,
        _ event: EngineEvent,
        _ message: @autoclosure () -> Logger.Message,
        _ metadata: @autoclosure () -> Logger.Metadata = [:],
        // The place that the journal is to name is the caller's.
        file: String = #fileID,
        function: String = #function,
        line: UInt = #line
    ) {
        log(
            level: level,
            message(),
            metadata: metadata().merging(["event": "\(event.rawValue)"]) { $1 },
            file: file,
            function: function,
            line: line
        )
    }
}
