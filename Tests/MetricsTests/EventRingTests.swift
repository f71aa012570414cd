import AgentAPI
import AgentEvents
import Testing

@Suite struct EventRingTests {
    private func event(_ reason: String) -> NodeEvent {
        NodeEvent(time: "2026-11-27T00:00:00Z", type: .normal, subject: .pod, reason: reason, message: "")
    }

    @Test func numbersFollowEachOther() {
        let ring = EventRing(capacity: 10, start: 100)
        for number in 0..<3 { ring.post(event("\(number)")) }
        let batch = ring.read(after: .min)
        #expect(batch.events.map(\.seq) == [100, 101, 102])
        #expect(batch.cursor == 102 && ring.latest == 102)
        #expect(ring.read(after: 100).events.map(\.reason) == ["1", "2"])
        #expect(!ring.read(after: 99).hasMissed)
    }

    @Test func whatIsNotKeptIsSaid() {
        let ring = EventRing(capacity: 4, start: 1)
        for number in 1...10 { ring.post(event("\(number)")) }
        let batch = ring.read(after: 2)
        #expect(batch.events.map(\.seq) == [7, 8, 9, 10])
        #expect(batch.hasMissed && batch.oldest == 7)
        #expect(!ring.read(after: 6).hasMissed)
        #expect(ring.read(after: 6).events.count == 4)
        // Of an agent before: its numbers are smaller.
        #expect(EventRing(start: 1000).read(after: 10).hasMissed)
        // Of a clock that was set back.
        #expect(ring.read(after: 5000).events.isEmpty)
        for number in [Int64.min, .min + 1, .max - 1, .max] { _ = ring.read(after: number) }
        #expect(ring.read(after: .max).cursor == 10 && ring.read(after: .min).events.count == 4)
    }

    @Test func aLimitStopsBeforeWhatIsStillWanted() {
        let ring = EventRing(capacity: 100, start: 1)
        for number in 1...10 { ring.post(event(number % 2 == 0 ? "even" : "odd")) }
        let first = ring.read(after: 0, limit: 2) { $0.reason == "even" }
        #expect(first.events.map(\.seq) == [2, 4] && first.cursor == 4)
        let rest = ring.read(after: first.cursor) { $0.reason == "even" }
        #expect(rest.events.map(\.seq) == [6, 8, 10] && rest.cursor == 10)
    }

    @Test(.timeLimit(.minutes(2))) func readersAreWoken() async {
        let ring = EventRing(capacity: 10, start: 1)
        await withTaskGroup(of: [Int64].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var seen: [Int64] = []
                    while seen.count < 5 {
                        await ring.wait(after: seen.last ?? 0)
                        seen += ring.read(after: seen.last ?? 0).events.map(\.seq)
                    }
                    return seen
                }
            }
            for number in 1...5 {
                ring.post(event("\(number)"))
                await Task.yield()
            }
            for await seen in group { #expect(seen == [1, 2, 3, 4, 5]) }
        }
        let waiting = Task { await ring.wait(after: 100) }
        waiting.cancel()
        await waiting.value
    }
}
