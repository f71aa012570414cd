import Metrics

/// Gathers samples that come by subject into families, which are written by name.
struct FamilyTable: Sendable {
    private var order: [String] = []
    private var byName: [String: MetricFamily] = [:]

    var families: [MetricFamily] { order.compactMap { byName[$0] } }

    mutating func add(
        _ name: String,
        _ kind: MetricFamily.Kind,
        _ help: String,
        _ value: Double,
        _ labels: [MetricFamily.Label] = []
    ) {
        if byName[name] == nil {
            order.append(name)
            byName[name] = MetricFamily(name, kind, help)
        }
        byName[name]?.add(value, labels)
    }

    /// Where it is known.
    mutating func add(
        _ name: String,
        _ kind: MetricFamily.Kind,
        _ help: String,
        _ value: Int64?,
        _ labels: [MetricFamily.Label] = []
    ) {
        if let value { add(name, kind, help, Double(value), labels) }
    }
}
