import AgentAPI
import AgentServer
import Glibc
import Linux
import Logging
import Synchronization
import TestNode
import TestSupport
import Testing

/// What clients may take, and what is on record of them.
@Suite(.timeLimit(.minutes(5))) struct GuardTests {
    private let ping = #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#
    private let pong = #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n"

    @Test func oneUserHasSoManyConnectionsAndNoMore() async throws {
        try await TestServer.with(configure: { $0.limits.connectionsPerUser = 2 }) { test async throws in
            let (path, ping, pong) = (test.path, ping, pong)
            try await blocking {
                let first = try UnixSocket.connect(path)
                let second = try UnixSocket.connect(path)
                for socket in [first.rawValue, second.rawValue] {
                    _ = Array((ping + "\n").utf8).withUnsafeBytes { Glibc.write(socket, $0.baseAddress, $0.count) }
                }
                #expect(try readLine(first) == pong)
                #expect(try readLine(second) == pong)
                #expect(try UnixSocket.connect(path).readToEnd().isEmpty)
                // One that is gone makes room, as soon as the server has seen it go.
                try first.close()
                var answer = ""
                while answer != pong {
                    let next = try UnixSocket.connect(path)
                    // The server may close it before it has read anything: EPIPE.
                    try? UnixSocket.send(Array((ping + "\n").utf8), to: next)
                    answer = try readLine(next)
                }
            }
        }
    }

    /// Half a message and then nothing, and one that trickles: a byte now and then does not keep the connection.
    @Test(arguments: ["{\"jsonrpc\":", "POST /rpc HTTP/1.1\r\nHost: d\r\nContent-Length: 100\r\n\r\n{\"json"])
    func halfAMessageIsNotWaitedForLong(beginning: String) async throws {
        try await TestServer.with(configure: { $0.limits.message = .milliseconds(200) }) { test async throws in
            let path = test.path
            try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(Array(beginning.utf8), to: socket)
                while try !UnixSocket.waitUntilReadable(socket, atMost: .milliseconds(20)) {
                    // EPIPE as soon as the server has closed.
                    try? UnixSocket.send([UInt8(ascii: " ")], to: socket)
                }
            }
            #expect(try await test.exchange(ping) == pong)
        }
    }

    /// The second request of a connection, whose head never ends.
    @Test func halfAHeadIsNotWaitedForLong() async throws {
        try await TestServer.with(configure: { $0.limits.message = .milliseconds(200) }) { test async throws in
            let path = test.path
            let text = try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(Array("GET /livez HTTP/1.1\r\nHost: d\r\n\r\n".utf8), to: socket)
                // The head, which ends with an empty line; the body comes after it without a newline.
                var text = ""
                while !text.hasSuffix("\r\n\r\n") { text += try readLine(socket) }
                try UnixSocket.send(Array("GET /livez HTTP/1.1\r\nHo".utf8), to: socket)
                return text + String(decoding: try socket.readToEnd(), as: UTF8.self)
            }
            #expect(text.hasPrefix("HTTP/1.1 200"), "\(text)")
        }
    }

    @Test func aClientThatNeverReadsIsClosed() async throws {
        try await TestServer.with(configure: { $0.limits.stalled = .milliseconds(200) }) { test async throws in
            test.node.state.withLock { $0.pods = (0..<500).map { FakeNode.pod("pod-\($0)") } }
            let path = test.path
            try await blocking {
                let socket = try UnixSocket.connect(path)
                for id in 0..<20 {
                    let list = #"{"jsonrpc":"2.0","id":\#(id),"method":"pod.list"}"# + "\n"
                    try UnixSocket.send(Array(list.utf8), to: socket)
                }
                // Not a byte is read until the server has hung up.
                var entry = pollfd(fd: socket.rawValue, events: 0, revents: 0)
                while poll(&entry, 1, 1000) == 0 {}
                #expect(entry.revents & Int16(POLLHUP) != 0)
            }
            #expect(try await test.exchange(ping) == pong)
        }
    }

    @Test func changesAndRefusalsAreOnRecordAndSecretsAreNot() async throws {
        let book = LogBook()
        let folder = try TemporaryDirectory()
        var log = Logger(label: "test") { _ in book }
        // Even where nothing else is wanted.
        log.logLevel = .critical
        let configuration = ServerConfiguration(directory: folder.path)
        let server = try await RPCServer.start(configuration, backend: FakeNode(), log: log)
        func exchange(_ text: String, _ path: String) async throws {
            _ = try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(Array(text.utf8), to: socket)
                try UnixSocket.finishSending(socket)
                return try socket.readToEnd()
            }
        }
        let exec = #"{"jsonrpc":"2.0","id":1,"method":"pod.exec","params":{"name":"web\nx","command":["pass","hunter2"]}}"#
        try await exchange(exec, configuration.socketPath)
        try await exchange(exec, configuration.readOnlySocketPath)
        try await exchange(#"{"jsonrpc":"2.0","id":1,"method":"pod.list"}"#, configuration.socketPath)
        await server.shutdown()
        let lines = book.lines
        try #require(lines.count == 2, "\(lines)")
        #expect(lines[0].hasPrefix("notice audit") && lines[0].contains("method=pod.exec"), "\(lines)")
        #expect(lines[0].contains("subject=name=web\u{FFFD}x ") && lines[0].contains("outcome=ok"), "\(lines)")
        #expect(lines[0].contains("peer=uid=\(geteuid()) ") && lines[0].contains("pid=\(getpid()) "), "\(lines)")
        #expect(lines[1].hasPrefix("warning audit") && lines[1].contains("outcome=forbidden"), "\(lines)")
        #expect(lines.allSatisfy { !$0.contains("hunter2") && $0.contains("duration-ms=") })
    }
}

/// Keeps what is logged.
private struct LogBook: LogHandler {
    private final class Store: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let store = Store()
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    var lines: [String] { store.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value) " }.joined()
        store.lines.withLock { $0.append("\(event.level) \(event.message) \(fields)") }
    }
}
