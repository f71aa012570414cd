/// The text formats in which metrics travel.
public enum MetricText: Sendable, Hashable {
    /// Version 0.0.4 of Prometheus' own.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The format that an `Accept` header asks for. Prometheus names OpenMetrics first where it can read it.
    public init(accept: String?) {
        self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    public var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// Families without samples are left out.
    public func encode(_ families: [MetricFamily]) -> [UInt8] {
        var text = ""
        for family in families where !family.samples.isEmpty {
            // OpenMetrics names the family of a counter without the ending that its samples have.
            let isCounter = self == .openMetrics && family.kind == .counter
            let name = isCounter && family.name.hasSuffix("_total") ? String(family.name.dropLast(6)) : family.name
            text += "# HELP \(name) \(Self.escape(family.help, quotes: self == .openMetrics))\n"
            text += "# TYPE \(name) \(word(family.kind))\n"
            for sample in family.samples {
                text += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }
                    text += "{" + labels.joined(separator: ",") + "}"
                }
                text += " " + Self.number(sample.value)
                if let time = sample.milliseconds {
                    text += " " + (self == .openMetrics ? Self.number(Double(time) / 1000) : "\(time)")
                }
                text += "\n"
            }
        }
        if self == .openMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    private func word(_ kind: MetricFamily.Kind) -> String {
        self == .openMetrics && kind == .untyped ? "unknown" : kind.rawValue
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if value == value.rounded(), abs(value) < 9e15 { return "\(Int64(value))" }
        return "\(value)"
    }
}
