import AgentAPI
import AgentClient
import Glibc
import Linux
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LogTests {
    private func line(_ second: Int, _ text: String, _ tag: String = "F", _ stream: String = "stdout") -> String {
        "2026-11-23T04:00:\(second < 10 ? "0" : "")\(second).000000000Z \(stream) \(tag) \(text)\n"
    }

    private func logs(
        _ test: TestServer,
        _ change: @escaping @Sendable (inout PodLogsRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await test.client { connection in
            var request = PodLogsRequest(name: "web")
            change(&request)
            let result = try connection.call(AgentMethods.podLogs, request)
            return try #require(result.lines).map { $0.text ?? "?" }
        }
    }

    private func with(_ text: String, _ body: (TestServer, String) async throws -> Void) async throws {
        try await TestServer.with { test async throws in
            let path = try test.folder.write("0.log", text)
            test.node.state.withLock { $0.logPath = path }
            try await body(test, path)
        }
    }

    @Test func tailSinceLimitAndParts() async throws {
        let text =
            line(1, "one") + line(2, "tw", "P") + line(2, "o ", "P") + line(3, "and a half") + line(4, "")
            + line(5, "five")
        try await with(text) { test, _ async throws in
            #expect(try await logs(test) == ["one", "two and a half", "", "five"])
            #expect(try await logs(test) { $0.tailLines = 1 } == ["five"])
            #expect(try await logs(test) { $0.tailLines = 2 } == ["", "five"])
            #expect(try await logs(test) { $0.tailLines = 3 } == ["two and a half", "", "five"])
            #expect(try await logs(test) { $0.tailLines = 4 } == ["one", "two and a half", "", "five"])
            #expect(try await logs(test) { $0.tailLines = 100 } == ["one", "two and a half", "", "five"])
            #expect(try await logs(test) { $0.tailLines = 0 } == [])
            #expect(try await logs(test) { $0.sinceTime = "2026-11-23T05:00:04+01:00" } == ["", "five"])
            #expect(try await logs(test) { $0.limitBytes = 6 } == ["one", "tw"])
        }
    }

    @Test func tailOfALongLog() async throws {
        let text = (0..<20_000).map { line($0 % 60, "line \($0)") }.joined()
        try await with(text) { test, _ async throws in
            let lines = try await logs(test) { $0.tailLines = 5000 }
            #expect(lines.count == 5000 && lines.first == "line 15000" && lines.last == "line 19999")
        }
    }

    @Test func brokenLinesAreSkippedAndBytesKept() async throws {
        try await with("garbage\n" + line(1, "ok") + "2026-11-23T04:00:09Z stdout") { test, _ async throws in
            #expect(try await logs(test) == ["ok"])
        }
    }

    @Test func streamingGivesEverything() async throws {
        let text = (0..<5000).map { line($0 % 60, "line \($0)") }.joined()
        try await with(text) { test, _ async throws in
            let count = try await test.client { connection in
                var request = PodLogsRequest(name: "web")
                request.stream = true
                var count = 0
                try connection.subscribe(AgentMethods.podLogs, request, of: LogLine.self) { events in
                    #expect(events.seq == count + 1)
                    count += events.events.count
                    return true
                }
                return count
            }
            #expect(count == 5000)
        }
    }

    @Test func followingGoesAcrossRotationToTheEnd() async throws {
        try await with(line(1, "one")) { test, path async throws in
            let node = test.node
            let (seen, see) = AsyncStream.makeStream(of: String.self)
            async let done: Void = test.follow(into: see)
            var lines = seen.makeAsyncIterator()
            #expect(await lines.next() == "one")
            try append(line(2, "two"), to: path)
            #expect(await lines.next() == "two")
            try append(line(3, "thr", "P"), to: path)
            try append(line(3, "ee"), to: path)
            #expect(await lines.next() == "three")
            try append(line(4, "four"), to: path)
            try FileSystem.rename(path, path + ".old")
            try append(line(5, "five"), to: path)
            #expect(await lines.next() == "four")
            #expect(await lines.next() == "five")
            try append(line(6, "six"), to: path)
            node.endLog()
            #expect(await lines.next() == "six")
            #expect(await lines.next() == nil)
            try await done
        }
    }

    @Test func aMissingLogIsAFault() async throws {
        try await TestServer.with { test async throws in
            let fault = await #expect(throws: Fault.self) { try await logs(test) }
            #expect(fault?.reason == "ContainerNotStarted")
            test.node.state.withLock { $0.logPath = test.folder("none.log") }
            let missing = await #expect(throws: Fault.self) { try await logs(test) }
            #expect(missing?.code == .notFound)
        }
    }

    private func append(_ text: String, to path: String) throws {
        try FileSystem.write(path, Array(text.utf8), flags: O_CREAT | O_APPEND)
    }
}
