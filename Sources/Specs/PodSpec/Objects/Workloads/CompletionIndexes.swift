/// A set of completion indexes, as the API writes it: `0-2,5`.
public struct CompletionIndexes: Sendable, Hashable, CustomStringConvertible {
    /// Ascending, apart from each other.
    private var ranges: [ClosedRange<Int>] = []

    /// No index.
    public init() {}

    /// Reads `0-2,5`. Nil where the text is not that, with the ranges in order.
    public init?(_ text: String) {
        guard !text.isEmpty else { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count),
                ends.allSatisfy({ end in end.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } }),
                let low = Int(ends[0]), let high = Int(ends[ends.count - 1]), low <= high,
                low > (ranges.last?.upperBound ?? -1)
            else { return nil }
            append(low...high)
        }
    }

    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    public var isEmpty: Bool { ranges.isEmpty }

    public var largest: Int? { ranges.last?.upperBound }

    public func contains(_ index: Int) -> Bool { ranges.contains { $0.contains(index) } }

    /// How many of another set are here too.
    public func count(in other: CompletionIndexes) -> Int {
        ranges.reduce(0) { sum, range in sum + other.ranges.reduce(0) { $0 + range.clamped(to: $1).overlap(range, $1) } }
    }

    public mutating func insert(_ index: Int) {
        guard !contains(index) else { return }
        let after = ranges.filter { $0.lowerBound > index }
        ranges.removeLast(after.count)
        append(index...index)
        for range in after { append(range) }
    }

    private mutating func append(_ range: ClosedRange<Int>) {
        if let last = ranges.last, last.upperBound + 1 == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound...range.upperBound
        } else {
            ranges.append(range)
        }
    }

    public var description: String {
        ranges.map { range in
            switch range.count {
            case 1: "\(range.lowerBound)"
            case 2: "\(range.lowerBound),\(range.upperBound)"
            default: "\(range.lowerBound)-\(range.upperBound)"
            }
        }.joined(separator: ",")
    }
}

extension ClosedRange<Int> {
    /// The count of a clamped range, none where the two do not meet (`clamped` never answers nothing).
    fileprivate func overlap(_ a: ClosedRange<Int>, _ b: ClosedRange<Int>) -> Int { a.overlaps(b) ? count : 0 }
}

extension CompletionIndexes: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let indexes = CompletionIndexes(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no set of indexes")
        }
        self = indexes
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
