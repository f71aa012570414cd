/// A family of numbers that only grow.
public final class Counter: Sendable {
    private let description: MetricFamily
    private let series: SeriesTable<Double>

    /// - Parameters:
    ///   - labels: their names; a counter without any has one series, which is there from the start.
    ///   - seriesLimit: how many series there may be; what comes after is counted under `other`.
    public init(_ name: String, _ help: String, labels: [String] = [], seriesLimit: Int = 512) {
        description = MetricFamily(name, name.hasSuffix("_total") ? .counter : .untyped, help)
        series = SeriesTable(labels: labels, limit: seriesLimit)
        if labels.isEmpty { increment([], by: 0) }
    }

    /// - Parameter values: of the labels, in their order.
    public func increment(_ values: [String] = [], by amount: Double = 1) {
        series.change(values, from: 0) { $0 += amount }
    }

    /// Forgets series whose subject is gone.
    public func remove(where isGone: ([String]) -> Bool) { series.remove(where: isGone) }

    var family: MetricFamily {
        var family = description
        for (labels, value) in series.all { family.add(value, labels) }
        return family
    }
}
