import Linux
import PodEngine
import Testing

struct BackoffTests {
    private let crash = BackoffPolicies().crash

    private func at(_ seconds: Int64) -> Monotonic { Monotonic(nanoseconds: seconds * 1_000_000_000) }

    @Test func `the first crash is free, then ten seconds double up to five minutes`() {
        var backoff = Backoff(crash)
        var time = at(1000)
        var waits: [Duration] = []
        for _ in 0..<8 {
            let next = backoff.next(after: time)
            waits.append(next.since(time))
            time = next
        }
        #expect(waits == [0, 10, 20, 40, 80, 160, 300, 300].map { .seconds($0) })
        #expect(backoff.wait == .seconds(300))
    }

    @Test func `ten minutes of running wipe the slate clean`() {
        var backoff = Backoff(crash)
        var time = at(1000)
        for _ in 0..<5 { time = backoff.next(after: time) }
        let afterLongRun = Monotonic(nanoseconds: time.nanoseconds + 601 * 1_000_000_000)
        #expect(backoff.next(after: afterLongRun) == afterLongRun)
    }

    @Test func `a pull waits from the first failure on`() {
        var backoff = Backoff(BackoffPolicies().imagePull)
        #expect(backoff.next(after: at(0)).since(at(0)) == .seconds(10))
        #expect(backoff.next(after: at(10)).since(at(10)) == .seconds(20))
        backoff.reset()
        #expect(backoff.next(after: at(30)).since(at(30)) == .seconds(10))
    }

    @Test func `ten thousand crashes do not overflow`() {
        var backoff = Backoff(crash)
        var time = at(0)
        for _ in 0..<10_000 { time = backoff.next(after: time) }
        #expect(backoff.delay == .seconds(300))
    }
}
