/// One of the five fields of a schedule: which values it takes.
struct CronField: Sendable, Hashable {
    /// What a field is about, and which values there are.
    enum Kind: String, CaseIterable {
        case minute
        case hour
        case dayOfMonth = "day of the month"
        case month
        case dayOfWeek = "day of the week"

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...6
            }
        }

        /// The names that stand for the values, from the first on.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            case .minute, .hour, .dayOfMonth: []
            }
        }
    }

    /// Bit n for the value n.
    private(set) var bits: UInt64 = 0
    /// Whether it is written as `*` or `?`: such a day leaves the choice to the other day.
    private(set) var isStar = false

    init(_ text: some StringProtocol, _ kind: Kind) throws(CronProblem) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) { try add(part, kind) }
    }

    func contains(_ value: Int) -> Bool { value >= 0 && value < 64 && bits & (1 << UInt64(value)) != 0 }

    /// The least value; a field has one at least.
    var least: Int { bits.trailingZeroBitCount }

    private mutating func add(_ part: some StringProtocol, _ kind: Kind) throws(CronProblem) {
        let halves = part.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2, let span = halves.first else { throw problem(part, kind, "has more than one '/'") }
        var range: ClosedRange<Int>
        if span == "*" || span == "?" {
            range = kind.range
            if halves.count == 1 { isStar = true }
        } else {
            let ends = span.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2 else { throw problem(part, kind, "has more than one '-'") }
            let low = try value(ends[0], kind, of: part)
            // `5/15` is from 5 on.
            var high = halves.count == 2 ? kind.range.upperBound : low
            if ends.count == 2 { high = try value(ends[1], kind, of: part) }
            guard low <= high else { throw problem(part, kind, "begins after its end") }
            range = low...high
        }
        var step = 1
        if halves.count == 2 {
            guard let number = number(halves[1]), number > 0 else {
                throw problem(part, kind, "needs a step of at least 1 after '/'")
            }
            step = number
            // Written out, `*/1` is every value: the day of the other field is then not chosen by this one.
            if step == 1, span == "*" || span == "?" { isStar = true }
        }
        for value in stride(from: range.lowerBound, through: range.upperBound, by: step) { bits |= 1 << UInt64(value) }
    }

    private func value(_ text: some StringProtocol, _ kind: Kind, of part: some StringProtocol) throws(CronProblem) -> Int {
        if let index = kind.names.firstIndex(of: text.lowercased()) { return kind.range.lowerBound + index }
        guard let value = number(text) else { throw problem(part, kind, "is no number") }
        let range = kind.range
        guard range.contains(value) else {
            throw problem(part, kind, "is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Digits only: `Int` would take a sign.
    private func number(_ text: some StringProtocol) -> Int? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Int(text)
    }

    private func problem(_ part: some StringProtocol, _ kind: Kind, _ message: String) -> CronProblem {
        CronProblem(message: "the \(kind.rawValue) \"\(part)\" \(message)")
    }
}

/// What is wrong with a schedule.
public struct CronProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    public var description: String { message }
}
