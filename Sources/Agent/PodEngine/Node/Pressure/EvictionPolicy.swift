import PodSpec

/// When pods are evicted, in the kubelet's terms.
public struct EvictionPolicy: Sendable, Hashable {
    /// Of what is there of a resource: bytes or a count, or a part of all of it.
    public enum Amount: Sendable, Hashable {
        case quantity(Int64)
        /// 0…1.
        case fraction(Double)

        /// `100Mi`, `10%`; nil where it is neither, or not between nothing and everything.
        public init?(_ text: String) {
            if text.hasSuffix("%") {
                guard let percent = Double(text.dropLast()), (0...100).contains(percent) else { return nil }
                self = .fraction(percent / 100)
                return
            }
            guard let quantity = Quantity(text), !quantity.isNegative else { return nil }
            self = .quantity(quantity.units)
        }

        package func of(_ capacity: Int64) -> Int64 {
            switch self {
            case .quantity(let amount): amount
            // The kubelet's figure: cut off, not rounded.
            case .fraction(let part): Int64(Double(capacity) * part)
            }
        }
    }

    /// A soft threshold: pods go when it has been crossed for so long.
    public struct Soft: Sendable, Hashable {
        public var amount: Amount
        public var gracePeriod: Duration

        public init(_ amount: Amount, gracePeriod: Duration) {
            self.amount = amount
            self.gracePeriod = gracePeriod
        }
    }

    /// The kubelet's defaults.
    public var hard: [EvictionSignal: Amount] = [
        .memoryAvailable: .quantity(100 << 20), .nodeStorageAvailable: .fraction(0.1), .nodeInodesFree: .fraction(0.05),
        .imageStorageAvailable: .fraction(0.15), .imageInodesFree: .fraction(0.05),
    ]
    public var soft: [EvictionSignal: Soft] = [:]
    /// How long a pod may take to end at most that goes for a soft threshold.
    public var longestGracePeriod = Duration.zero
    /// How much more than the threshold there has to be again before a resource counts as recovered.
    public var minimumReclaim: [EvictionSignal: Amount] = [:]
    /// How long a condition stays after the last time that its threshold was crossed.
    public var transitionPeriod = Duration.seconds(300)

    public init() {}

    /// Below which amounts of memory pods go, at once or after a while.
    var memoryThresholds: [Amount] {
        [hard[.memoryAvailable], soft[.memoryAvailable]?.amount].compactMap { $0 }
    }

    var isEmpty: Bool { hard.isEmpty && soft.isEmpty }
}
