import CLinux
import Glibc

/// A moment of the wall clock, in nanoseconds since 1970 in UTC.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Nanoseconds since the epoch; reaches to the year 2262.
    public var nanosecondsSinceEpoch: Int64

    public init(nanosecondsSinceEpoch: Int64) {
        self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
    }

    /// Moments that are too far away become the farthest one: files of images and containers bear any time they like.
    public init(seconds: Int64, nanoseconds: Int64 = 0) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowOfSum) = product.addingReportingOverflow(nanoseconds)
        nanosecondsSinceEpoch = overflow || overflowOfSum ? (seconds < 0 ? .min : .max) : sum
    }

    /// clock_gettime(CLOCK_REALTIME).
    public static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
    }

    /// The time that passed since an earlier moment.
    public func since(_ earlier: Timestamp) -> Duration {
        .nanoseconds(nanosecondsSinceEpoch - earlier.nanosecondsSinceEpoch)
    }

    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(
            nanosecondsSinceEpoch: nanosecondsSinceEpoch + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        )
    }

    /// RFC 3339 with nanoseconds, `2026-11-23T04:00:00.123456789Z`: the form of CRI log lines.
    public var description: String { rfc3339(fractionDigits: 9) }

    /// RFC 3339 in whole seconds, `2026-11-23T04:00:00Z`: the form of `metav1.Time`.
    public var rfc3339Seconds: String { rfc3339(fractionDigits: 0) }

    func rfc3339(fractionDigits: Int) -> String {
        var text = [UInt8]()
        text.reserveCapacity(30)
        appendRFC3339(to: &text, fractionDigits: fractionDigits)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends RFC 3339 in UTC with so many digits (0 to 9) of the second's fraction.
    public func appendRFC3339(to text: inout [UInt8], fractionDigits: Int = 9) {
        var (seconds, fraction) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
        if fraction < 0 {
            seconds -= 1
            fraction += 1_000_000_000
        }
        var when = time_t(seconds)
        var parts = tm()
        gmtime_r(&when, &parts)
        func digits(_ value: Int, _ width: Int) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
                divisor /= 10
            }
        }
        digits(Int(parts.tm_year) + 1900, 4)
        text.append(UInt8(ascii: "-"))
        digits(Int(parts.tm_mon) + 1, 2)
        text.append(UInt8(ascii: "-"))
        digits(Int(parts.tm_mday), 2)
        text.append(UInt8(ascii: "T"))
        digits(Int(parts.tm_hour), 2)
        text.append(UInt8(ascii: ":"))
        digits(Int(parts.tm_min), 2)
        text.append(UInt8(ascii: ":"))
        digits(Int(parts.tm_sec), 2)
        if fractionDigits > 0 {
            text.append(UInt8(ascii: "."))
            var scaled = Int(fraction)
            for _ in fractionDigits..<9 { scaled /= 10 }
            digits(scaled, fractionDigits)
        }
        text.append(UInt8(ascii: "Z"))
    }

    /// Reads RFC 3339 with any number of fraction digits and any offset; nil where the text is not that.
    public init?(rfc3339 text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        func number(_ width: Int) -> Int? {
            guard rest.count >= width else { return nil }
            var value = 0
            for byte in rest.prefix(width) {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            rest = rest.dropFirst(width)
            return value
        }
        func skip(_ allowed: StaticString) -> Bool {
            guard let byte = rest.first else { return false }
            let matches = allowed.withUTF8Buffer { $0.contains(byte) }
            if matches { rest = rest.dropFirst() }
            return matches
        }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2), skip("Tt "),
            let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if skip(".") {
            var scale: Int64 = 100_000_000
            var count = 0
            while let digit = number(1) {
                fraction += Int64(digit) * scale
                scale /= 10
                count += 1
            }
            guard count > 0 else { return nil }
        }
        var offset = 0
        if !skip("Zz") {
            guard let sign = rest.first, skip("+-"), let hours = number(2), skip(":"), let minutes = number(2) else {
                return nil
            }
            offset = (hours * 60 + minutes) * 60 * (sign == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_sec = Int32(second)
        self.init(seconds: Int64(timegm(&parts)) - Int64(offset), nanoseconds: fraction)
    }
}

/// A moment of a clock that never jumps: clock_gettime(CLOCK_MONOTONIC), nanoseconds since boot.
public struct Monotonic: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static var now: Monotonic {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Monotonic(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public static func < (left: Monotonic, right: Monotonic) -> Bool { left.nanoseconds < right.nanoseconds }

    public func since(_ earlier: Monotonic) -> Duration { .nanoseconds(nanoseconds - earlier.nanoseconds) }

    public func advanced(by duration: Duration) -> Monotonic {
        let (seconds, attoseconds) = duration.components
        return Monotonic(nanoseconds: nanoseconds + seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
