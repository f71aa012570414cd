import Glibc
import Linux
import Testing

struct WallTimerTests {
    /// Whether it is readable within so many milliseconds.
    private func isReadable(_ timer: borrowing WallTimer, within milliseconds: Int32) -> Bool {
        var polled = pollfd(fd: timer.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&polled, 1, milliseconds) == 1
    }

    @Test func `it is readable at its time, and not before`() throws {
        let timer = try WallTimer(at: Timestamp.now.advanced(by: .seconds(3600)))
        let isEarly = isReadable(timer, within: 0)
        #expect(!isEarly)
        let soon = Timestamp.now.advanced(by: .milliseconds(50))
        let next = try WallTimer(at: soon)
        let isThere = isReadable(next, within: 10_000)
        #expect(isThere)
        #expect(Timestamp.now.since(soon) >= .zero)
    }

    @Test(arguments: [-3600, 0] as [Int64])
    func `a time that has passed is there at once`(_ seconds: Int64) throws {
        let timer = try WallTimer(at: seconds == 0 ? Timestamp(seconds: 0) : Timestamp.now.advanced(by: .seconds(seconds)))
        let isThere = isReadable(timer, within: 1000)
        #expect(isThere)
    }

    /// The machine's clock is not a test's to set: the kernel says what the timer was set with (proc(5), fdinfo).
    @Test func `somebody who sets the clock wakes who waits`() throws {
        let timer = try WallTimer(at: Timestamp.now.advanced(by: .seconds(3600)))
        let info = try FileSystem.readText("/proc/self/fdinfo/\(timer.descriptor.rawValue)")
        let lines = info.split(separator: "\n").map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ") }
        // CLOCK_REALTIME; TFD_TIMER_ABSTIME and TFD_TIMER_CANCEL_ON_SET.
        #expect(lines.contains("clockid: 0"))
        #expect(lines.contains("settime flags: 03"), "\(info)")
    }
}
