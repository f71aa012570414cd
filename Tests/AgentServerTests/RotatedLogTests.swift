import AgentAPI
import AgentClient
import Glibc
import Linux
import TestSupport
import Testing

/// Logs of several files, some of them compressed as the monitor does it.
@Suite(.timeLimit(.minutes(1))) struct RotatedLogTests {
    /// A line of a second since midnight, 60 bytes long at least.
    private static func line(_ number: Int, _ tag: String = "F") -> String {
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let time = "2026-11-23T\(two(number / 3600)):\(two(number / 60 % 60)):\(two(number % 60)).000000000Z"
        return "\(time) stdout \(tag) line \(number)\n"
    }

    private static func lines(_ numbers: ClosedRange<Int>) -> String { numbers.map { line($0) }.joined() }

    /// What the monitor makes of a file: a member that names it, and one with its content.
    private static func compress(_ path: String) throws {
        let inode = try FileSystem.status(path).inode
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, 12, 0, UInt8(ascii: "S"), UInt8(ascii: "L"), 8, 0]
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: inode >> shift)) }
        bytes += [3, 0] + [UInt8](repeating: 0, count: 8)
        bytes += try Command("/bin/gzip", "-c", path).run().checked().output
        try FileSystem.write("\(path).gz", bytes, flags: O_CREAT)
        try FileSystem.removeFile(path)
    }

    private func logs(
        _ test: TestServer,
        _ change: @escaping @Sendable (inout PodLogsRequest) -> Void = { _ in }
    ) async throws -> [String] {
        try await test.client { connection in
            var request = PodLogsRequest(name: "web")
            request.stream = true
            change(&request)
            var lines: [String] = []
            try connection.subscribe(AgentMethods.podLogs, request, of: LogLine.self) { events in
                lines += events.events.map { $0.text ?? "?" }
                return true
            }
            return lines
        }
    }

    /// A log of 40,000 lines in four files; the two oldest are compressed.
    private func withLog(_ body: (TestServer, String) async throws -> Void) async throws {
        try await TestServer.with { test async throws in
            let path = try test.folder.write("0.log", Self.lines(30_001...40_000))
            try test.folder.write("0.log.1", Self.lines(20_001...30_000))
            try Self.compress(try test.folder.write("0.log.2", Self.lines(10_001...20_000)))
            try Self.compress(try test.folder.write("0.log.3", Self.lines(1...10_000)))
            test.node.state.withLock { $0.logPath = path }
            try await body(test, path)
        }
    }

    private func expected(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "line \($0)" } }

    @Test func `all files are read, the oldest first`() async throws {
        try await withLog { test, _ async throws in
            #expect(try await logs(test) == expected(1...40_000))
        }
    }

    @Test(arguments: [1, 9_999, 10_000, 10_001, 20_000, 20_001, 30_000, 34_567, 40_000, 50_000, Int.max])
    func `the last lines may be in several files`(_ count: Int) async throws {
        try await withLog { test, _ async throws in
            #expect(try await logs(test) { $0.tailLines = count } == expected(max(1, 40_001 - min(count, 40_000))...40_000))
        }
    }

    @Test(arguments: [0, 1, 2, 9_999, 10_000, 10_001, 15_000, 20_001, 20_002, 27_001, 30_000, 30_001, 30_002, 39_999, 40_000])
    func `lines from a time on`(_ first: Int) async throws {
        try await withLog { test, _ async throws in
            let since = String(Self.line(first).prefix(30))
            #expect(try await logs(test) { $0.sinceTime = since } == expected(max(1, first)...40_000))
            #expect(try await logs(test) { $0.sinceTime = "2026-11-24T00:00:00Z" } == [])
        }
    }

    @Test func `a line may begin in one file and end in the next`() async throws {
        try await TestServer.with { test async throws in
            let path = try test.folder.write("0.log", Self.line(5) + Self.line(6))
            try test.folder.write("0.log.1", Self.line(2) + Self.line(3, "P") + Self.line(4, "P"))
            test.node.state.withLock { $0.logPath = path }
            #expect(try await logs(test) == ["line 2", "line 3line 4line 5", "line 6"])
            #expect(try await logs(test) { $0.tailLines = 2 } == ["line 3line 4line 5", "line 6"])
            #expect(try await logs(test) { $0.tailLines = 3 } == ["line 2", "line 3line 4line 5", "line 6"])
            try Self.compress("\(path).1")
            #expect(try await logs(test) { $0.tailLines = 2 } == ["line 3line 4line 5", "line 6"])
            #expect(try await logs(test) { $0.tailLines = 3 } == ["line 2", "line 3line 4line 5", "line 6"])
        }
    }

    @Test func `a compressed file that is damaged is an error, not an end`() async throws {
        try await withLog { test, path async throws in
            let bytes = try FileSystem.read("\(path).3.gz")
            try FileSystem.write("\(path).3.gz", Array(bytes.dropLast(9)), flags: O_TRUNC)
            let fault = await #expect(throws: Fault.self) {
                try await test.client { connection in _ = try connection.call(AgentMethods.podLogs, PodLogsRequest(name: "web")) }
            }
            #expect(fault?.reason == "LogUnreadable")
        }
    }

    @Test func `a follower misses nothing although files are put aside twice and compressed meanwhile`() async throws {
        try await TestServer.with { test async throws in
            let path = try test.folder.write("0.log", Self.line(1))
            test.node.state.withLock { $0.logPath = path }
            let node = test.node
            let (seen, see) = AsyncStream.makeStream(of: String.self)
            async let done: Void = test.follow(into: see)
            var lines = seen.makeAsyncIterator()
            #expect(await lines.next() == "line 1")
            var (number, expected) = (2, 2)
            for round in 0..<20 {
                // Several rotations before the reader can look, and the file that it reads compressed under it.
                for _ in 0...(round % 4) {
                    try append(Self.lines(number...(number + 4)), to: path)
                    number += 5
                    for kept in stride(from: 8, to: 0, by: -1) {
                        for suffix in ["", ".gz"] { _ = Glibc.rename("\(path).\(kept)\(suffix)", "\(path).\(kept + 1)\(suffix)") }
                    }
                    try FileSystem.rename(path, "\(path).1")
                    try append(Self.line(number), to: path)
                    number += 1
                    if FileSystem.exists("\(path).2") { try Self.compress("\(path).2") }
                }
                while expected < number, let line = await lines.next() {
                    #expect(line == "line \(expected)")
                    expected += 1
                }
            }
            node.endLog()
            #expect(await lines.next() == nil)
            try await done
        }
    }

    private func append(_ text: String, to path: String) throws {
        try FileSystem.write(path, Array(text.utf8), flags: O_CREAT | O_APPEND)
    }
}
