/// A family of durations or sizes, counted by buckets.
public final class Histogram: Sendable {
    /// Of durations in seconds, from a call without a system call to a slow pull.
    public static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    private struct Series: Sendable {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let description: MetricFamily
    private let bounds: [Double]
    private let series: SeriesTable<Series>

    /// - Parameter bounds: upper, inclusive, growing; a last one without an end is added.
    public init(
        _ name: String,
        _ help: String,
        labels: [String] = [],
        bounds: [Double] = Histogram.seconds,
        seriesLimit: Int = 128
    ) {
        description = MetricFamily(name, .histogram, help)
        self.bounds = bounds
        series = SeriesTable(labels: labels, limit: seriesLimit)
    }

    /// - Parameter values: of the labels, in their order.
    public func observe(_ value: Double, _ values: [String] = []) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        series.change(values, from: Series(counts: Array(repeating: 0, count: bounds.count + 1))) { series in
            series.counts[index] += 1
            series.sum += value
        }
    }

    public func observe(_ duration: Duration, _ values: [String] = []) {
        observe(duration / .seconds(1), values)
    }

    /// Forgets series whose subject is gone.
    public func remove(where isGone: ([String]) -> Bool) { series.remove(where: isGone) }

    var family: MetricFamily {
        var family = description
        for (labels, value) in series.all {
            var total: UInt64 = 0
            for (count, bound) in zip(value.counts, bounds + [.infinity]) {
                total += count
                family.add(Double(total), labels + [.init("le", MetricText.number(bound))], suffix: "_bucket")
            }
            family.add(value.sum, labels, suffix: "_sum")
            family.add(Double(total), labels, suffix: "_count")
        }
        return family
    }
}
