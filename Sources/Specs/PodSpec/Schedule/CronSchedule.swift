/// When something is due: five fields of cron, a macro for them, or every so many seconds.
public struct CronSchedule: Sendable, Hashable {
    private enum Rule: Sendable, Hashable {
        case fields(CronFields)
        case every(seconds: Int64)
    }

    private let rule: Rule

    /// Reads `*/5 * * * *`, `@daily` or `@every 90m`.
    public init(_ text: String) throws(CronProblem) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let first = words.first else { throw CronProblem(message: "is empty") }
        if first.hasPrefix("TZ=") || first.hasPrefix("CRON_TZ=") {
            throw CronProblem(message: "the time zone stands in spec.timeZone, not in the schedule")
        }
        if first.hasPrefix("@") {
            rule = try Self.macro(words.map(String.init))
            return
        }
        guard words.count == 5 else {
            throw CronProblem(
                message: "has \(words.count) fields, not the five minute, hour, day of the month, month, day of the week"
            )
        }
        rule = .fields(try CronFields(words))
    }

    /// The first moment after another one, in seconds since 1970; nil where none comes within the next years.
    public func next(after seconds: Int64, in zone: ZoneRules) -> Int64? {
        switch rule {
        case .every(let period): seconds + period
        case .fields(let fields): fields.next(after: seconds, in: zone)
        }
    }

    /// The last moment that is after one and not after another; nil where there is none.
    public func latest(after start: Int64, through end: Int64, in zone: ZoneRules) -> Int64? {
        switch rule {
        case .every(let period):
            guard end - start >= period else { return nil }
            return start + (end - start) / period * period
        case .fields(let fields):
            // A schedule of minutes that was not looked at for years is not walked through minute by minute: what lies in a
            // span that grows backwards from the end decides.
            var span: Int64 = 3600
            while true {
                let from = max(start, end - span)
                var found: Int64?
                var cursor = from
                while let next = fields.next(after: cursor, in: zone), next <= end {
                    found = next
                    cursor = next
                }
                if let found { return found }
                if from == start { return nil }
                span *= 24
            }
        }
    }

    private static func macro(_ words: [String]) throws(CronProblem) -> Rule {
        let macros = [
            "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
            "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
        ]
        if words.count == 1, let fields = macros[words[0]] {
            return .fields(try CronFields(fields.split(separator: " ")))
        }
        if words[0] == "@every" {
            guard words.count == 2, let seconds = duration(words[1]), seconds >= 1 else {
                throw CronProblem(message: "@every needs a duration of a second or more, like 90m or 1h30m")
            }
            return .every(seconds: seconds)
        }
        let known = (macros.keys + ["@every"]).sorted().joined(separator: ", ")
        throw CronProblem(message: "\"\(words.joined(separator: " "))\" is no macro; there are \(known)")
    }

    /// Go's durations in whole seconds: `1h30m`, `45s`. Ten years at most.
    private static func duration(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["h": 3600, "m": 60, "s": 1]
        var total: Int64 = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isWholeNumber {
                digits.append(character)
                continue
            }
            guard let unit = units[character], let number = Int64(digits), number <= 315_360_000 else { return nil }
            total += number * unit
            digits = ""
        }
        return digits.isEmpty && !text.isEmpty && total <= 315_360_000 ? total : nil
    }
}
