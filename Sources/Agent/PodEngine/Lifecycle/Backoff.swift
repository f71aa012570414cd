import Linux

/// How long to wait between attempts at something that keeps failing: doubling, bounded, forgotten after a good while.
public struct Backoff: Sendable, Hashable {
    public struct Policy: Sendable, Hashable {
        public var initial: Duration
        public var maximum: Duration
        /// An attempt that held out this long wipes the slate clean.
        public var resetAfter: Duration
        /// Whether the first failure is followed by an attempt at once: the kubelet restarts a container that crashes for the
        /// first time without waiting.
        public var firstIsImmediate: Bool

        public init(initial: Duration, maximum: Duration, resetAfter: Duration, firstIsImmediate: Bool = false) {
            self.initial = initial
            self.maximum = maximum
            self.resetAfter = resetAfter
            self.firstIsImmediate = firstIsImmediate
        }
    }

    public let policy: Policy
    /// The delay that the next failure costs; nil before the first.
    public private(set) var delay: Duration?
    /// What the latest failure costs.
    public private(set) var wait = Duration.zero
    /// When the attempt that is under way began, or will begin.
    public private(set) var attemptAt: Monotonic?

    public init(_ policy: Policy) {
        self.policy = policy
    }

    /// Continues a back-off that was written down.
    public init(_ policy: Policy, delay: Duration?, attemptAt: Monotonic?) {
        self.policy = policy
        self.delay = delay.map { min($0, policy.maximum) }
        self.attemptAt = attemptAt
    }

    /// Notes a failure and answers when the next attempt may begin.
    public mutating func next(after failure: Monotonic) -> Monotonic {
        if let delay, let attemptAt, failure.since(attemptAt) <= policy.resetAfter {
            wait = delay
            self.delay = min(delay * 2, policy.maximum)
        } else if policy.firstIsImmediate {
            wait = .zero
            delay = policy.initial
        } else {
            wait = policy.initial
            delay = min(policy.initial * 2, policy.maximum)
        }
        let next = failure.advanced(by: wait)
        attemptAt = next
        return next
    }

    /// Forgets all failures.
    public mutating func reset() {
        delay = nil
        attemptAt = nil
        wait = .zero
    }
}
