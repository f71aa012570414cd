import AgentAPI
import AgentClient
import AgentServer
import JSONCoding
import Linux
import PodSpec
import TestNode
import Testing

@Suite(.timeLimit(.minutes(2))) struct SubscriptionTests {
    private func collect(_ test: TestServer, _ count: Int) async throws -> [String] {
        try await test.client { connection in
            var seen: [String] = []
            try connection.subscribe(AgentMethods.podWatch, PodWatchRequest(), of: PodWatchEvent.self) { events in
                seen += events.events.map { "\($0.type.rawValue) \($0.pod?.metadata.name ?? "-")" }
                return seen.count < count
            }
            return seen
        }
    }

    @Test func aWatchTellsWhatIsAndWhatChanges() async throws {
        try await TestServer.with { test async throws in
            test.node.state.withLock { $0.pods = [FakeNode.pod("a"), FakeNode.pod("b")] }
            let node = test.node
            async let seen = collect(test, 5)
            while node.state.withLock({ $0.watchers.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
            node.tell(PodWatchEvent(type: .modified, pod: FakeNode.pod("c")))
            node.tell(PodWatchEvent(type: .deleted, pod: FakeNode.pod("b2")))
            #expect(try await seen == ["ADDED a", "ADDED b", "BOOKMARK -", "MODIFIED c", "DELETED b2"])
        }
    }

    @Test func shutdownEndsASubscriptionWithAReason() async throws {
        try await TestServer.with { test async throws in
            let path = test.path
            let watch = Array((#"{"jsonrpc":"2.0","id":1,"method":"pod.watch"}"# + "\n").utf8)
            async let text = blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(watch, to: socket)
                return String(decoding: try socket.readToEnd(), as: UTF8.self)
            }
            while test.node.state.withLock({ $0.watchers.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
            await test.server.shutdown()
            let answer = try await text
            #expect(answer.hasSuffix(#""reason":"ShuttingDown"}}"# + "\n"), "\(answer)")
            #expect(!FileSystem.exists(path) && !FileSystem.exists("\(path).lock"))
        }
    }

    /// The reader is stopped while the node tells 20,000 changes of two pods: it gets the last of each, and the number of
    /// those it missed.
    @Test func aSlowReaderGetsTheLatestOfEachPod() async throws {
        try await TestServer.with { test async throws in
            let (path, node) = (test.path, test.node)
            let watch = Array((#"{"jsonrpc":"2.0","id":1,"method":"pod.watch"}"# + "\n").utf8)
            let socket = try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(watch, to: socket)
                return socket.release()
            }
            while node.state.withLock({ $0.watchers.isEmpty }) { try await Task.sleep(for: .milliseconds(2)) }
            for number in 0..<20_000 {
                var pod = FakeNode.pod(number % 2 == 0 ? "even" : "odd")
                pod.metadata.generation = Int64(number)
                node.tell(PodWatchEvent(type: .modified, pod: pod))
            }
            let text = try await blocking {
                let socket = Descriptor(owning: socket)
                var text = ""
                while !text.contains("\"generation\":19999") { text = try readLine(socket) + text }
                return text
            }
            // Each event has its number, those merged away included: 20,000 changes and the bookmark.
            let lines = try text.split(separator: "\n").filter { $0.contains("subscription.event") }
                .map { try JSON.parse(Array($0.utf8)) }
            let numbers = lines.compactMap { $0["params"]?["seq"]?.integerValue }
            let last = try #require(numbers.max())
            #expect(last <= 20_001)
            let given = lines.reduce(0) { $0 + ($1["params"]?["events"]?.arrayValue?.count ?? 0) }
            let dropped = lines.reduce(0) { $0 + Int($1["params"]?["dropped"]?.integerValue ?? 0) }
            #expect(given + dropped == 20_001)
        }
    }

    @Test func progressComesBeforeTheResult() async throws {
        try await TestServer.with { test async throws in
            let phases = try await test.client { connection in
                var phases: [ImagePullProgress] = []
                _ = try connection.pull(ImagePullRequest(image: "busybox")) { phases.append($0) }
                return phases
            }
            #expect(phases.last?.phase == .done)
            // Thinned out: the fake tells it 102 times at once.
            #expect(phases.count < 20)
        }
    }

    @Test func execGivesBytesThatAreNoText() async throws {
        try await TestServer.with { test async throws in
            let result = try await test.client { connection in
                try connection.call(AgentMethods.podExec, PodExecRequest(name: "a", command: ["x", "y"]))
            }
            #expect(result.exitCode == 7)
            #expect(result.stdout == "x y")
            #expect(result.stderr == nil && result.stderrBytes == [0xff])
        }
    }

    @Test func faultsKeepTheirParts() async throws {
        try await TestServer.with { test async throws in
            let fault = await #expect(throws: Fault.self) {
                try await test.client { try $0.call(AgentMethods.podGet, PodGetRequest(name: "nope")) }
            }
            #expect(fault?.code == .notFound)
            #expect(fault?.reason == "PodNotFound")
            #expect(fault?.hint == "look again")
        }
    }
}
