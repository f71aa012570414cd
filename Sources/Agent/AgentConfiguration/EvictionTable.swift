import JSONCoding
import PodSpec

/// What a key of eviction says of its signals, in the kubelet's form: a mapping in files, `signal<value,…` in flags and
/// variables.
public enum EvictionTable: Sendable, Hashable {
    /// `100Mi`, `10%`: below so much pods are evicted.
    case thresholds
    /// `1m30s`: for how long.
    case gracePeriods
    /// `500Mi`, `5%`: how much more there has to be again.
    case reclaims

    /// The signals that there are.
    public static let signals = [
        "memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree", "pid.available",
    ]

    private var separator: Character { self == .thresholds ? "<" : "=" }

    private var example: String {
        switch self {
        case .thresholds: "100Mi or 10%"
        case .gracePeriods: "30s or 1m30s"
        case .reclaims: "500Mi or 5%"
        }
    }

    var description: String { "signals such as memory.available, each with \(example)" }

    func read(_ members: [JSONNode.Member]) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        var errors: [ConfigurationValueError] = []
        for member in members {
            let position = member.value.position
            do throws(ConfigurationValueError) {
                guard let text = member.value.stringValue ?? member.value.integerValue.map({ "\($0)" }) else {
                    throw ConfigurationValueError("wants a value such as \(example), not \(member.value.kind)")
                }
                try add(member.key, text, to: &table)
            } catch {
                errors.append(ConfigurationValueError(error.message, suggestion: error.suggestion, position: position))
            }
        }
        guard var first = errors.first else { return table }
        first.others = Array(errors.dropFirst())
        throw first
    }

    func read(_ text: String) throws(ConfigurationValueError) -> [String: String] {
        var table: [String: String] = [:]
        for part in text.split(separator: ",") {
            guard let sign = part.firstIndex(of: separator) else {
                throw ConfigurationValueError("\"\(part)\" is not of the form signal\(separator)value")
            }
            try add(String(part[..<sign]), String(part[part.index(after: sign)...]), to: &table)
        }
        return table
    }

    private func add(_ signal: String, _ value: String, to table: inout [String: String]) throws(ConfigurationValueError) {
        guard Self.signals.contains(signal) else {
            let near = Nearest.name(to: signal, among: Self.signals)
            throw ConfigurationValueError("\"\(signal)\" is no signal of eviction", suggestion: near)
        }
        let isValid =
            switch self {
            case .gracePeriods: ConfigurationDuration.parse(value) != nil
            case .thresholds, .reclaims: Self.isAmount(value)
            }
        guard isValid else { throw ConfigurationValueError("\"\(value)\" is no value such as \(example)") }
        table[signal] = value
    }

    private static func isAmount(_ text: String) -> Bool {
        if text.hasSuffix("%") { return Double(text.dropLast()).map { (0...100).contains($0) } ?? false }
        return ConfigurationBytes.parse(text) != nil
    }
}
