/// The five fields of a schedule.
struct CronFields: Sendable, Hashable {
    let minute: CronField
    let hour: CronField
    let dayOfMonth: CronField
    let month: CronField
    let dayOfWeek: CronField

    /// A day of a leap year may be eight years away (1896, 1904; 2096, 2104).
    private static let horizon: Int64 = 9 * 366 * 86_400

    init(_ words: [Substring]) throws(CronProblem) {
        minute = try CronField(words[0], .minute)
        hour = try CronField(words[1], .hour)
        dayOfMonth = try CronField(words[2], .dayOfMonth)
        month = try CronField(words[3], .month)
        dayOfWeek = try CronField(words[4], .dayOfWeek)
        // With a restricted day of the week, either day will do.
        guard dayOfWeek.isStar else { return }
        let comes = (1...12).contains { month.contains($0) && dayOfMonth.least <= CivilTime.longest(month: $0) }
        guard comes else {
            throw CronProblem(message: "never comes: none of its months has a day \(dayOfMonth.least)")
        }
    }

    private func matches(day civil: CivilTime) -> Bool {
        let isDay = dayOfMonth.contains(civil.day)
        let isWeekday = dayOfWeek.contains(civil.weekday)
        // The rule of cron(8): two restricted days are alternatives.
        return dayOfMonth.isStar || dayOfWeek.isStar ? isDay && isWeekday : isDay || isWeekday
    }

    /// Walks forward over what does not fit: days, hours, minutes. Works on moments and looks at their local time, so that
    /// what a change of the clock leaves out is never met, and what it brings twice is met twice.
    func next(after start: Int64, in zone: ZoneRules) -> Int64? {
        let end = start + Self.horizon
        var moment = (start / 60 + (start < 0 && start % 60 != 0 ? 0 : 1)) * 60
        while moment < end {
            let offset = zone.offset(at: moment)
            let civil = CivilTime(moment + offset)
            // An offset of odd seconds (before 1900) puts the minutes elsewhere.
            if civil.second != 0 {
                moment += Int64(60 - civil.second)
            } else if !month.contains(civil.month) || !matches(day: civil) {
                moment = nextDay(moment, civil, zone)
            } else if !hour.contains(civil.hour) {
                moment += Int64(60 - civil.minute) * 60
            } else if !minute.contains(civil.minute) {
                moment += 60
            } else {
                return moment
            }
        }
        return nil
    }

    /// The first moment of the next local day, or one still on this day where the clock is set back.
    private func nextDay(_ moment: Int64, _ civil: CivilTime, _ zone: ZoneRules) -> Int64 {
        let next = moment + 86_400 - Int64(civil.hour * 3600 + civil.minute * 60)
        let landed = CivilTime(next + zone.offset(at: next))
        let past = Int64(landed.hour * 3600 + landed.minute * 60)
        guard landed.day != civil.day, past > 0 else { return next }
        // The clock was set forward on the way: back to midnight, if that is there at all.
        let midnight = next - past
        return CivilTime(midnight + zone.offset(at: midnight)).day == landed.day ? midnight : next
    }
}

/// A day and a time of it, as a calendar and a clock on the wall show them.
struct CivilTime: Sendable, Hashable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    /// Sunday is 0.
    var weekday: Int

    /// From seconds since 1970 on that wall (Hinnant's `civil_from_days`).
    init(_ seconds: Int64) {
        var days = seconds / 86_400
        var rest = seconds % 86_400
        if rest < 0 {
            rest += 86_400
            days -= 1
        }
        (hour, minute, second) = (Int(rest) / 3600, Int(rest) / 60 % 60, Int(rest) % 60)
        weekday = Int(((days + 4) % 7 + 7) % 7)
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970 of a day of the calendar.
    static func days(year: Int, month: Int, day: Int) -> Int64 {
        let y = Int64(month <= 2 ? year - 1 : year)
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The most days that a month ever has.
    static func longest(month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
