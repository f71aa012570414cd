import Synchronization

/// The series of one family by the values of its labels; their number is bounded.
final class SeriesTable<Value: Sendable>: Sendable {
    private let labels: [String]
    private let limit: Int
    private let series: Mutex<[[String]: Value]>

    init(labels: [String], limit: Int) {
        for label in labels { precondition(MetricFamily.isName(label), "no name of a label: \(label)") }
        self.labels = labels
        self.limit = limit
        series = Mutex([:])
    }

    func change(_ values: [String], from initial: Value, _ body: (inout sending Value) -> Void) {
        precondition(values.count == labels.count, "\(labels) want as many values")
        series.withLock { series in
            let isKnown = series[values] != nil
            let key = isKnown || series.count < limit ? values : labels.map { _ in "other" }
            var value = series[key] ?? initial
            body(&value)
            series[key] = value
        }
    }

    func remove(where isGone: ([String]) -> Bool) {
        series.withLock { series in
            for key in series.keys where isGone(key) { series[key] = nil }
        }
    }

    /// In the order of the labels' values.
    var all: [(labels: [MetricFamily.Label], value: Value)] {
        let series = series.withLock { $0 }
        return series.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, value in
            (labels: zip(labels, key).map { MetricFamily.Label($0, $1) }, value: value)
        }
    }
}
