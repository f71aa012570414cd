/// What a time zone does from now on, as POSIX writes it in TZ: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable, Hashable {
    /// A day of every year, and a time of it.
    private struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// Week 5 is the last.
            case weekday(month: Int, week: Int, weekday: Int)
            /// From 1, without 29 February.
            case julian(Int)
            /// From 0.
            case ordinal(Int)
        }

        var day: Day
        /// Seconds after midnight; may be negative, or of a later day.
        var time: Int64

        /// In seconds since 1970 on the wall.
        func moment(in year: Int) -> Int64 {
            let days: Int64
            switch day {
            case .weekday(let month, let week, let weekday):
                let first = CivilTime.days(year: year, month: month, day: 1)
                let ahead = (Int64(weekday) - (first + 4) % 7 + 14) % 7
                var found = first + ahead + Int64(week - 1) * 7
                let next = month == 12 ? (year + 1, 1) : (year, month + 1)
                if found >= CivilTime.days(year: next.0, month: next.1, day: 1) { found -= 7 }
                days = found
            case .julian(let number):
                let first = CivilTime.days(year: year, month: 1, day: 1)
                let isLeap = CivilTime.days(year: year + 1, month: 1, day: 1) - first == 366
                days = first + Int64(number - 1) + (isLeap && number >= 60 ? 1 : 0)
            case .ordinal(let number):
                days = CivilTime.days(year: year, month: 1, day: 1) + Int64(number)
            }
            return days * 86_400 + time
        }
    }

    private let standard: Int64
    private var summer: (offset: Int64, start: Change, end: Change)? {
        guard let summerOffset, let start, let end else { return nil }
        return (summerOffset, start, end)
    }
    private let summerOffset: Int64?
    private let start: Change?
    private let end: Change?

    /// Nil where the text is no such rule.
    init?(_ text: Substring) {
        var scanner = Scanner(rest: text)
        guard scanner.name(), let west = scanner.clock() else { return nil }
        standard = -west
        guard !scanner.rest.isEmpty else {
            (summerOffset, start, end) = (nil, nil, nil)
            return
        }
        guard scanner.name() else { return nil }
        var offset = standard + 3600
        if scanner.rest.first != "," {
            guard let west = scanner.clock() else { return nil }
            offset = -west
        }
        guard scanner.skip(","), let start = scanner.change(), scanner.skip(","), let end = scanner.change(),
            scanner.rest.isEmpty
        else { return nil }
        (summerOffset, self.start, self.end) = (offset, start, end)
    }

    func offset(at moment: Int64) -> Int64 {
        guard let summer else { return standard }
        let year = CivilTime(moment + standard).year
        let start = summer.start.moment(in: year) - standard
        let end = summer.end.moment(in: year) - summer.offset
        // South of the equator the summer lies around the turn of the year.
        let isSummer = start < end ? start <= moment && moment < end : !(end <= moment && moment < start)
        return isSummer ? summer.offset : standard
    }

    private struct Scanner {
        var rest: Substring

        mutating func skip(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        /// `CET`, `<+03>`.
        mutating func name() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { $0.isLetter }
            rest = rest[letters.endIndex...]
            return letters.count >= 3
        }

        mutating func number(_ limit: Int) -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
            rest = rest[digits.endIndex...]
            guard let value = Int(digits), value <= limit else { return nil }
            return value
        }

        /// `-1`, `5:45`, `+167:00:00`, in seconds.
        mutating func clock() -> Int64? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard let hours = number(167) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] {
                guard skip(":") else { break }
                guard let value = number(59) else { return nil }
                seconds += value * unit
            }
            return Int64(isNegative ? -seconds : seconds)
        }

        mutating func change() -> Change? {
            let day: Change.Day
            if skip("M") {
                guard let month = number(12), month > 0, skip("."), let week = number(5), week > 0, skip("."),
                    let weekday = number(6)
                else { return nil }
                day = .weekday(month: month, week: week, weekday: weekday)
            } else if skip("J") {
                guard let number = number(365), number > 0 else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(365) else { return nil }
                day = .ordinal(number)
            }
            guard skip("/") else { return Change(day: day, time: 7200) }
            return clock().map { Change(day: day, time: $0) }
        }
    }
}
