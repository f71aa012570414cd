import Linux

/// The conditions of a pod with the times of their last changes.
public struct PodConditions: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case podScheduled = "PodScheduled"
        case podReadyToStartContainers = "PodReadyToStartContainers"
        case initialized = "Initialized"
        case containersReady = "ContainersReady"
        case ready = "Ready"
    }

    public struct Condition: Sendable, Hashable {
        public var isTrue: Bool
        public var since: Timestamp
        public var reason: String?
        public var message: String?
    }

    private var conditions: [Kind: Condition] = [:]

    public init() {}

    public subscript(kind: Kind) -> Condition? { conditions[kind] }

    /// Sets a condition; its time moves only when its truth changes.
    mutating func set(_ kind: Kind, _ isTrue: Bool, reason: String? = nil, message: String? = nil, at time: Timestamp) {
        let old = conditions[kind]
        let since = old.map { $0.isTrue == isTrue ? $0.since : time } ?? time
        conditions[kind] = Condition(
            isTrue: isTrue,
            since: since,
            reason: isTrue ? nil : reason,
            message: isTrue ? nil : message
        )
    }
}

extension PodLifecycle {
    mutating func refreshConditions(at time: Timestamp) {
        let mains = containers.filter { $0.shape.role == .main }
        let unready = mains.filter { !$0.isReady }.map(\.name)
        let uninitialized = containers.filter { $0.shape.role == .initial && !$0.hasSucceeded }.map(\.name)
        let isCompleted = !mains.isEmpty && mains.allSatisfy(\.hasSucceeded)
        let reason = isCompleted ? "PodCompleted" : "ContainersNotReady"
        let message = isCompleted ? nil : "containers with unready status: [\(unready.joined(separator: " "))]"

        conditions.set(.podScheduled, true, at: time)
        conditions.set(
            .podReadyToStartContainers,
            sandbox.isReady,
            reason: sandbox.failure?.reason.rawValue,
            message: sandbox.failure?.message,
            at: time
        )
        conditions.set(
            .initialized,
            uninitialized.isEmpty,
            reason: "ContainersNotInitialized",
            message: "containers with incomplete status: [\(uninitialized.joined(separator: " "))]",
            at: time
        )
        conditions.set(.containersReady, unready.isEmpty, reason: reason, message: message, at: time)
        conditions.set(.ready, unready.isEmpty, reason: reason, message: message, at: time)
    }
}

extension ContainerLifecycle {
    /// Whether it serves: a running one does, until there are probes that say otherwise.
    public var isReady: Bool {
        if case .running = stage { return true }
        return false
    }
}
