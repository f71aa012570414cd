import AgentAPI
import AgentClient
import AgentServer
import JSONCoding
import Linux
import TestNode
import TestSupport
import Testing

/// What can be seen of a node, over the server.
@Suite(.timeLimit(.minutes(2))) struct ObservingTests {
    private func event(_ reason: String, pod: String? = nil, type: PodEvent.Kind = .normal) -> NodeEvent {
        var event = NodeEvent(time: "2026-11-27T00:00:00Z", type: type, subject: .pod, reason: reason, message: "")
        event.pod = pod.map { .init(namespace: "default", name: $0, uid: $0) }
        return event
    }

    private func collect(_ test: TestServer, _ request: EventRequest, until last: String) async throws -> [String] {
        try await test.client { connection in
            var seen: [String] = []
            try connection.subscribe(AgentMethods.eventWatch, request, of: EventNotice.self) { batch in
                seen += batch.events.map { "\($0.kind.rawValue) \($0.event?.reason ?? "\($0.seq)")" }
                return !seen.contains(last)
            }
            return seen
        }
    }

    @Test func aListIsFiltered() async throws {
        try await TestServer.with { test async throws in
            for number in 0..<10 {
                test.node.events.post(event("R\(number)", pod: number % 2 == 0 ? "a" : "b", type: number < 4 ? .normal : .warning))
            }
            var request = EventRequest(since: 2, pod: "a")
            request.type = .warning
            let asked = request
            let list = try await test.client { try $0.call(AgentMethods.eventList, asked) }
            #expect(list.items.map(\.reason) == ["R4", "R6", "R8"])
            #expect(list.latest == 10 && !list.dropped)
        }
    }

    @Test func aWatchGoesOnFromWhereItIsTold() async throws {
        try await TestServer.with { test async throws in
            for number in 0..<3 { test.node.events.post(event("R\(number)")) }
            let events = test.node.events
            async let seen = collect(test, EventRequest(since: 1), until: "EVENT last")
            // Whether before or after it has begun: it is told once.
            events.post(event("last"))
            let told = try await seen
            #expect(told.filter { $0.hasPrefix("EVENT") } == ["EVENT R1", "EVENT R2", "EVENT last"])
            #expect(told.filter { $0.hasPrefix("BOOKMARK") }.count == 1)
        }
    }

    /// The ring keeps 100: whoever asks for more is told what is missing, and reads on.
    @Test func whatIsLostIsSaid() async throws {
        try await TestServer.with { test async throws in
            for number in 1...250 { test.node.events.post(event("R\(number)")) }
            let seen = try await collect(test, EventRequest(since: 1), until: "BOOKMARK 250")
            #expect(seen.first == "DROPPED 151")
            #expect(seen.dropFirst().first == "EVENT R151" && seen.count == 102)
        }
    }

    @Test func pagesAndTheirRefusals() async throws {
        try await TestServer.with { test async throws in
            let page = try await test.curl("-i", "-H", "Accept: application/openmetrics-text", "http://d/metrics").text
            #expect(page.contains("Content-Type: text/plain; version=0.0.4\r\n"), "\(page)")
            #expect(page.hasSuffix("accept application/openmetrics-text\n"))
            let post = try await test.curl("-w", "%{http_code}", "-d", "x", "http://d/metrics").text
            #expect(post.hasSuffix("405"), "\(post)")
            let failing = try await test.curl("-w", "%{http_code}", "http://d/stats/summary").text
            #expect(failing == "this machine does not tell\n503", "\(failing)")
            let none = try await test.curl("-w", "%{http_code}", "http://d/metrics/none").text
            #expect(none.hasSuffix("404"))
        }
    }

    @Test func callsAreCounted() async throws {
        try await TestServer.with { test async throws in
            _ = try await test.client { try $0.call(AgentMethods.podStats, PodStatsRequest(name: "x")).items.count }
            await #expect(throws: Fault.self) { try await test.client { try $0.call(AgentMethods.systemStats) } }
            #expect(test.node.state.withLock { $0.calls } == ["pod.stats ok", "system.stats unavailable"])
        }
    }

    @Test func theStatusPage() async throws {
        try await TestServer.with { test async throws in
            test.node.state.withLock { $0.pods = [FakeNode.pod("web")] }
            let page = try await test.curl("-i", "http://localhost/ui").text
            #expect(page.contains("Content-Security-Policy: default-src 'none'"), "\(page)")
            #expect(page.contains("<title>swiftlet</title>"))
            let usage = try JSON.parse(Array(try await test.curl("http://127.0.0.1:1/ui/usage.json").text.utf8))
            #expect(usage["pods"] != nil && usage["health"]?["checks"] != nil, "\(usage)")
            // A browser says whose page asks for a module: its own may.
            let own = try await test.curl("-w", "%{http_code}", "-H", "Origin: http://localhost:81", "http://localhost:81/ui/app.js").text
            #expect(own.hasSuffix("200"))
            for path in ["ui/usage.json", "ui/live", "metrics"] {
                let other = try await test.curl("-w", "%{http_code}", "-H", "Origin: http://evil.example", "http://localhost/\(path)").text
                #expect(other.hasSuffix("403"), "\(other)")
            }
            // A name that was made to lead here.
            for path in ["usage.json", "live"] {
                let stranger = try await test.curl("-w", "%{http_code}", "http://evil.example/ui/\(path)").text
                #expect(stranger.hasSuffix("403"), "\(stranger)")
            }
            let log = try await test.curl("-w", "%{http_code}", "http://localhost/ui/logs.json?pod=w%65b&container=main").text
            #expect(log == "not started\n400" || log.hasPrefix("not started\n4"), "\(log)")
            let posted = try await test.curl("-w", "%{http_code}", "-d", "x", "http://localhost/ui").text
            #expect(posted.hasSuffix("404"), "\(posted)")
        }
    }

    /// What a browser's EventSource reads.
    @Test func theStatusPageIsToldWhatHappens() async throws {
        try await TestServer.with { test async throws in
            test.node.state.withLock { $0.pods = [FakeNode.pod("web")] }
            func post(_ reason: String) {
                test.node.events.post(NodeEvent(time: "2026-11-27T00:00:00Z", type: .normal, subject: .pod, reason: reason, message: ""))
            }
            /// All lines up to one.
            func follow(_ more: String, until line: String) async throws -> String {
                let script = """
                    exec 3< <(exec curl -sSN --unix-socket \(test.path) \(more) http://localhost/ui/live)
                    while read -r line <&3; do echo "$line"; case $line in *\(line)*) break ;; esac; done; kill $!
                    """
                return try await blocking { try Command("bash", "-c", script).run() }.text
            }
            post("First")
            let first = test.node.events.latest
            post("Second")
            let pods = try await follow("-i", until: "synced")
            #expect(pods.contains("Content-Type: text/event-stream") && pods.contains("Content-Security-Policy"), "\(pods)")
            #expect(pods.contains("event: pod\ndata: {") && pods.contains(#""name":"web""#), "\(pods)")
            let all = try await follow("", until: "Second")
            #expect(all.contains("id: \(first)\nevent: happened\ndata: {") && !all.contains("dropped"), "\(all)")
            // One that comes back.
            let rest = try await follow("-H 'Last-Event-ID: \(first)'", until: "Second")
            #expect(!rest.contains("First") && rest.contains("id: \(first + 1)"), "\(rest)")
            let late = try await follow("-H 'Last-Event-ID: -5'", until: "Second")
            #expect(late.contains("event: dropped"), "\(late)")
        }
    }
}
