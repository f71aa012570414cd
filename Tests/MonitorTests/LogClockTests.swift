import Linux
import Monitor
import Testing

struct LogClockTests {
    private func text(_ time: Timestamp, _ clock: inout LogClock) -> String {
        let bytes = [UInt8](unsafeUninitializedCapacity: LogClock.length) { buffer, count in
            if let start = buffer.baseAddress { clock.write(time, to: start) }
            count = LogClock.length
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Against the C library's calendar: leap days, century rules, days before the epoch.
    @Test func agreesWithTheCalendar() {
        var clock = LogClock()
        var random = SplitMix(state: 7)
        let fixed: [Int64] = [
            0, 1, 951_782_399, 951_782_400, 4_107_542_399, 4_107_542_400, 1_709_164_800, 1_709_251_199, -1, -86_401,
        ]
        let moments = fixed + (0..<3000).map { _ in Int64.random(in: -2_000_000_000...9_000_000_000, using: &random) }
        for seconds in moments {
            let time = Timestamp(seconds: seconds, nanoseconds: Int64.random(in: 0..<1_000_000_000, using: &random))
            #expect(text(time, &clock) == time.description)
        }
    }
}
