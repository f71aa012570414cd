/// All series of one name, as they are when somebody asks.
public struct MetricFamily: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case counter, gauge, histogram
        /// A counter whose name, which others have chosen, does not end in `_total`: checkers refuse it as a counter.
        case untyped
    }

    /// One line: of a histogram several make up a series.
    public struct Sample: Sendable, Hashable {
        /// What is added to the family's name: `_bucket`, `_sum`, `_count`.
        public var suffix: String
        /// In the order in which they are written.
        public var labels: [Label]
        public var value: Double
        /// Milliseconds since the epoch, where it was not measured just now.
        public var milliseconds: Int64?

        public init(suffix: String = "", labels: [Label], value: Double, milliseconds: Int64? = nil) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
            self.milliseconds = milliseconds
        }
    }

    public struct Label: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public let name: String
    public let help: String
    public let kind: Kind
    public private(set) var samples: [Sample] = []

    public init(_ name: String, _ kind: Kind, _ help: String) {
        precondition(Self.isName(name), "no name of a metric: \(name)")
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// A family with one sample.
    public init(_ name: String, _ kind: Kind, _ help: String, value: Double, labels: [Label] = []) {
        self.init(name, kind, help)
        add(value, labels)
    }

    public mutating func add(_ value: Double, _ labels: [Label] = [], suffix: String = "", milliseconds: Int64? = nil) {
        samples.append(Sample(suffix: suffix, labels: labels, value: value, milliseconds: milliseconds))
    }

    /// Adds it where it is known.
    public mutating func add(_ value: Int64?, _ labels: [Label] = [], milliseconds: Int64? = nil) {
        if let value { add(Double(value), labels, milliseconds: milliseconds) }
    }

    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}
