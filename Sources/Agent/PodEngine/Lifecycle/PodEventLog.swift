import Linux

/// Something that happened to a pod, as `kubectl describe` lists it.
public struct PodOccurrence: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case normal = "Normal"
        case warning = "Warning"
    }

    public var kind: Kind
    public var reason: PodReason
    public var message: String
    /// The container it is about, if it is about one.
    public var container: String?
    public var first: Timestamp
    public var last: Timestamp
    public var count: Int
}

/// The latest occurrences of a pod: bounded, repetitions counted.
public struct PodEventLog: Sendable, Hashable {
    public private(set) var entries: [PodOccurrence] = []
    private let capacity: Int
    /// Those that nobody has taken yet; no more than the log keeps.
    private var fresh: [PodOccurrence] = []

    public init(capacity: Int = 64) {
        self.capacity = capacity
    }

    /// What was noted since the last time that somebody took it, each time that it happened.
    mutating func takeFresh() -> [PodOccurrence] {
        defer { fresh = [] }
        return fresh
    }

    public mutating func note(
        _ kind: PodOccurrence.Kind,
        _ reason: PodReason,
        _ message: String,
        container: String? = nil,
        at time: Timestamp
    ) {
        defer {
            if fresh.count == capacity { fresh.removeFirst() }
            if let latest = entries.last { fresh.append(latest) }
        }
        let same = entries.firstIndex { $0.reason == reason && $0.message == message && $0.container == container }
        if let same {
            var entry = entries.remove(at: same)
            entry.last = time
            entry.count += 1
            entries.append(entry)
            return
        }
        if entries.count == capacity { entries.removeFirst() }
        entries.append(
            PodOccurrence(
                kind: kind,
                reason: reason,
                message: message,
                container: container,
                first: time,
                last: time,
                count: 1
            )
        )
    }
}
