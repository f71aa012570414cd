import Linux

/// The conditions of a pod with the times of their last changes.
public struct PodConditions: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case podScheduled = "PodScheduled"
        case podReadyToStartContainers = "PodReadyToStartContainers"
        case initialized = "Initialized"
        case containersReady = "ContainersReady"
        case ready = "Ready"
        /// There only while it is true.
        case allContainersRestarting = "AllContainersRestarting"
        /// There only while it is true.
        case disruptionTarget = "DisruptionTarget"
    }

    public struct Condition: Sendable, Hashable {
        public var isTrue: Bool
        public var since: Timestamp
        public var reason: String?
        public var message: String?

        package init(isTrue: Bool, since: Timestamp, reason: String? = nil, message: String? = nil) {
            self.isTrue = isTrue
            self.since = since
            self.reason = reason
            self.message = message
        }
    }

    /// By type: those of `Kind`, and those of readiness gates.
    private var conditions: [String: Condition] = [:]

    public init() {}

    /// The conditions as they were written down.
    package init(_ conditions: [String: Condition]) {
        self.conditions = conditions
    }

    public subscript(kind: Kind) -> Condition? { conditions[kind.rawValue] }

    public subscript(type: String) -> Condition? { conditions[type] }

    /// All types that are known, in a stable order.
    public var types: [String] {
        let own = Kind.allCases.map(\.rawValue).filter { conditions[$0] != nil }
        return own + conditions.keys.filter { Kind(rawValue: $0) == nil }.sorted()
    }

    /// Sets a condition; its time moves only when its truth changes. Answers whether it did.
    @discardableResult
    mutating func set(_ type: String, _ isTrue: Bool, reason: String? = nil, message: String? = nil, at time: Timestamp) -> Bool {
        let old = conditions[type]
        let since = old.map { $0.isTrue == isTrue ? $0.since : time } ?? time
        conditions[type] = Condition(isTrue: isTrue, since: since, reason: reason, message: message)
        return old.map { $0.isTrue != isTrue } ?? false
    }

    mutating func remove(_ type: String) { conditions[type] = nil }
}
