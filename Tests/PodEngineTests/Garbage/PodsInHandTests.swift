import PodEngine
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PodsInHandTests {
    @Test func `what lives is not collected, and what is gone is`() async {
        let pods = PodsInHand()
        await pods.begin("a")
        #expect(await pods.collecting("a") { [] } == nil)
        #expect(!pods.isFree("a") && pods.hasKnown("a"))
        pods.end("a")
        #expect(pods.isFree("a") && pods.hasKnown("a"))
        #expect(await pods.collecting("a") { ["the link is busy"] } == ["the link is busy"])
        #expect(pods.hasKnown("a"), "there may be more to take away")
        #expect(await pods.collecting("a") { [] } == [])
        #expect(!pods.hasKnown("a"))
        pods.adopt(["b"])
        #expect(await pods.collecting("b") { [] } == nil)
    }

    private final class Journal: Sendable {
        private let entries = Mutex<[String]>([])
        func note(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock { $0 } }
    }

    @Test func `a pod does not begin while what it left is taken away`() async {
        let pods = PodsInHand()
        let journal = Journal()
        let (started, go) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
        await withDiscardingTaskGroup { group in
            group.addTask {
                _ = await pods.collecting("a") {
                    started.continuation.yield()
                    for await _ in go.stream { break }
                    journal.note("taken away")
                    return []
                }
            }
            for await _ in started.stream { break }
            // One at a time.
            #expect(await pods.collecting("a") { [] } == nil)
            group.addTask {
                await pods.begin("a")
                journal.note("begun")
            }
            go.continuation.yield()
        }
        #expect(journal.all == ["taken away", "begun"])
        #expect(!pods.isFree("a"))
    }
}
