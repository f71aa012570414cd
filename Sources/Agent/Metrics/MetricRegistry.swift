/// The families that count by themselves, in the order in which they are shown.
public struct MetricRegistry: Sendable {
    private var read: [@Sendable () -> MetricFamily] = []

    public init() {}

    public mutating func add(_ counter: Counter) { read.append { counter.family } }
    public mutating func add(_ histogram: Histogram) { read.append { histogram.family } }

    /// All of them as they are now.
    public func collect() -> [MetricFamily] { read.map { $0() } }
}
