import Linux

/// Writes moments as the 30 bytes `2026-11-23T04:00:00.123456789Z`.
///
/// gmtime(3) would read the time zone files and allocate; the date is worked out here once a second instead.
public struct LogClock: Sendable {
    /// The length of every text that `write` makes.
    public static let length = 30

    private var day = Int64.min
    private var year = 0
    private var month = 0
    private var dayOfMonth = 0

    public init() {}

    /// Writes `time` to the first 30 bytes of `target`.
    public mutating func write(_ time: Timestamp, to target: UnsafeMutablePointer<UInt8>) {
        let nanoseconds = time.nanosecondsSinceEpoch
        var seconds = nanoseconds / 1_000_000_000
        var fraction = nanoseconds % 1_000_000_000
        if fraction < 0 {
            seconds -= 1
            fraction += 1_000_000_000
        }
        var secondOfDay = seconds % 86_400
        if secondOfDay < 0 { secondOfDay += 86_400 }
        let today = (seconds - secondOfDay) / 86_400
        if today != day { setDate(daysSinceEpoch: today) }

        func digits(_ value: Int, at offset: Int, width: Int) {
            var rest = value
            for position in stride(from: offset + width - 1, through: offset, by: -1) {
                target[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
        }
        digits(year, at: 0, width: 4)
        target[4] = UInt8(ascii: "-")
        digits(month, at: 5, width: 2)
        target[7] = UInt8(ascii: "-")
        digits(dayOfMonth, at: 8, width: 2)
        target[10] = UInt8(ascii: "T")
        digits(Int(secondOfDay / 3600), at: 11, width: 2)
        target[13] = UInt8(ascii: ":")
        digits(Int(secondOfDay / 60 % 60), at: 14, width: 2)
        target[16] = UInt8(ascii: ":")
        digits(Int(secondOfDay % 60), at: 17, width: 2)
        target[19] = UInt8(ascii: ".")
        digits(Int(fraction), at: 20, width: 9)
        target[29] = UInt8(ascii: "Z")
    }

    /// The Gregorian date of a day count: years are counted from March, so that the leap day is a year's last.
    private mutating func setDate(daysSinceEpoch: Int64) {
        day = daysSinceEpoch
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        dayOfMonth = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
        month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
        year = Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))
    }
}
