import Linux

/// What was measured of a resource.
public struct EvictionObservation: Sendable, Hashable {
    /// Bytes or a count.
    public var available: Int64
    public var capacity: Int64

    public init(available: Int64, capacity: Int64) {
        self.available = available
        self.capacity = capacity
    }
}

/// A threshold for which something has to go now.
package struct EvictionDemand: Sendable, Hashable {
    package var signal: EvictionSignal
    /// The threshold in bytes, or as a count.
    package var threshold: Int64
    package var observation: EvictionObservation
    /// How long a pod may take to end at most; nil where the threshold is a hard one.
    package var softGrace: Duration?

    package init(
        signal: EvictionSignal,
        threshold: Int64,
        observation: EvictionObservation,
        softGrace: Duration? = nil
    ) {
        self.signal = signal
        self.threshold = threshold
        self.observation = observation
        self.softGrace = softGrace
    }
}

/// When something has to go, and what is said of the machine: the kubelet's rules over figures that somebody else measures.
/// Time is that of the clock that does not jump. No I/O.
package struct EvictionMachine: Sendable {
    private struct Threshold: Hashable {
        var signal: EvictionSignal
        var isHard: Bool
    }

    private let policy: EvictionPolicy
    /// Thresholds that are crossed, since when.
    private var crossed: [Threshold: Monotonic] = [:]
    private var lastCrossed: [NodeCondition.Kind: Monotonic] = [:]
    package private(set) var conditions: Set<NodeCondition.Kind> = []

    package init(_ policy: EvictionPolicy) {
        self.policy = policy
    }

    /// Takes note of figures; a signal without one is as if its thresholds were not crossed.
    ///
    /// - Returns: What has to be got back, the most urgent first: memory before all else, as in the kubelet.
    package mutating func observe(
        _ observations: [EvictionSignal: EvictionObservation],
        at now: Monotonic
    ) -> [EvictionDemand] {
        var demands: [(isHard: Bool, demand: EvictionDemand)] = []
        var stillCrossed: [Threshold: Monotonic] = [:]
        for signal in EvictionSignal.allCases {
            guard let observation = observations[signal] else { continue }
            for (isHard, amount) in thresholds(of: signal) {
                let threshold = Threshold(signal: signal, isHard: isHard)
                let limit = amount.of(observation.capacity)
                // What has been crossed is over only with some more: otherwise it is crossed again at once.
                let more = crossed[threshold] == nil ? 0 : policy.minimumReclaim[signal]?.of(observation.capacity) ?? 0
                guard observation.available < limit.addingClamped(more) else { continue }
                let since = crossed[threshold] ?? now
                stillCrossed[threshold] = since
                let soft = isHard ? nil : policy.soft[signal]
                if let soft, now.since(since) < soft.gracePeriod { continue }
                let grace = soft == nil ? nil : policy.longestGracePeriod
                let demand = EvictionDemand(signal: signal, threshold: limit, observation: observation, softGrace: grace)
                demands.append((isHard, demand))
            }
        }
        crossed = stillCrossed
        for threshold in stillCrossed.keys { lastCrossed[threshold.signal.condition] = now }
        lastCrossed = lastCrossed.filter { kind, last in
            now.since(last) < policy.transitionPeriod || stillCrossed.keys.contains { $0.signal.condition == kind }
        }
        conditions = Set(lastCrossed.keys)
        // Hard thresholds of a signal before its soft one: they wait for nobody.
        return demands.filter(\.isHard).map(\.demand) + demands.filter { !$0.isHard }.map(\.demand)
    }

    /// Whether a demand is met by new figures.
    package func isMet(_ demand: EvictionDemand, by observation: EvictionObservation) -> Bool {
        let more = policy.minimumReclaim[demand.signal]?.of(observation.capacity) ?? 0
        return observation.available >= demand.threshold.addingClamped(more)
    }

    private func thresholds(of signal: EvictionSignal) -> [(isHard: Bool, amount: EvictionPolicy.Amount)] {
        var found: [(Bool, EvictionPolicy.Amount)] = []
        if let hard = policy.hard[signal] { found.append((true, hard)) }
        if let soft = policy.soft[signal] { found.append((false, soft.amount)) }
        return found
    }
}
