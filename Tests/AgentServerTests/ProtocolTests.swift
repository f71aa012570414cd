import AgentAPI
import AgentClient
import Glibc
import JSONCoding
import Linux
import TestNode
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProtocolTests {
    private let ping = #"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#
    private let pong = #"{"jsonrpc":"2.0","id":1,"result":{}}"# + "\n"

    @Test func linesAreAnswered() async throws {
        try await TestServer.with { test async throws in
            #expect(try await test.exchange(ping + "\n") == pong)
            // The last line needs no newline; white space before the first message is none.
            #expect(try await test.exchange("\r\n \n" + ping) == pong)
            #expect(try await test.exchange("[\(ping)]") == "[" + pong.dropLast() + "]\n")
            #expect(try await test.exchange("") == "")
        }
    }

    @Test func twoMessagesInOnePacketAreBothAnswered() async throws {
        try await TestServer.with { test async throws in
            let answer = try await test.exchange(ping + "\n" + ping.replacing("\"id\":1", with: "\"id\":2"))
            #expect(answer.split(separator: "\n").count == 2)
        }
    }

    @Test func aMessageInManyPacketsIsAnswered() async throws {
        try await TestServer.with { test async throws in
            let (path, ping) = (test.path, ping)
            let answer = try await blocking {
                let socket = try UnixSocket.connect(path)
                for byte in ping.utf8 { try UnixSocket.send([byte], to: socket) }
                try UnixSocket.finishSending(socket)
                return String(decoding: try socket.readToEnd(), as: UTF8.self)
            }
            #expect(answer == pong)
        }
    }

    @Test(arguments: [
        ("{{{\n", -32700), ("\u{1}\n", -32700), ("[]\n", -32600), ("[1]\n", -32600), ("{}\n", -32600),
        (#"{"jsonrpc":"2.0","id":1,"method":"no.such"}"#, -32601),
        (#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{}}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":["web"]}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{"name":"web","nmespace":"x"}}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{"name":7}}"#, -32602),
        (#"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{"name":"web"}}"#, 1001),
    ])
    func rubbishIsAnsweredAndHurtsNobody(message: String, code: Int) async throws {
        try await TestServer.with { test async throws in
            let answer = try await test.exchange(message)
            #expect(answer.contains("\"error\":{\"code\":\(code),"), "\(answer)")
            #expect(try await test.exchange(ping) == pong)
        }
    }

    @Test func anUnknownParameterIsNamedWithTheNearestKnownOne() async throws {
        try await TestServer.with { test async throws in
            let answer = try await test.exchange(
                #"{"jsonrpc":"2.0","id":1,"method":"pod.get","params":{"name":"web","nmespace":"x"}}"#
            )
            #expect(answer.contains(#"nmespace: unknown parameter (did you mean \"namespace\"?)"#))
            #expect(answer.contains(#""problems":[{"path":"nmespace""#))
        }
    }

    @Test func aLineBeyondTheLimitIsAnsweredAndTheConnectionClosed() async throws {
        try await TestServer.with(configure: { $0.limits.messageBytes = 1000 }) { test async throws in
            let answer = try await test.exchange(Array(repeating: UInt8(ascii: "["), count: 1001))
            #expect(answer.contains("\"code\":-32600"))
            #expect(try await test.exchange(ping) == pong)
        }
    }

    @Test func deepNestingIsRefused() async throws {
        try await TestServer.with { test async throws in
            let deep = String(repeating: "[", count: 100_000)
            #expect(try await test.exchange(deep).contains("nested deeper than 64"))
        }
    }

    @Test func theReadOnlySocketReads() async throws {
        try await TestServer.with { test async throws in
            #expect(try await test.exchange(ping, readOnly: true) == pong)
            let exec = #"{"jsonrpc":"2.0","id":1,"method":"pod.exec","params":{"name":"web","command":["true"]}}"#
            #expect(try await test.exchange(exec, readOnly: true).contains("\"code\":-32002"))
            #expect(try await test.exchange(exec).contains("\"exitCode\":7"))
            let discover = #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"#
            #expect(try await !test.exchange(discover, readOnly: true).contains("pod.exec"))
            #expect(try await test.exchange(discover).contains("pod.exec"))
        }
    }

    @Test func aDuplicateIDInFlightIsRefusedAndCancelWorks() async throws {
        try await TestServer.with { test async throws in
            let hang = #"{"jsonrpc":"2.0","id":"x","method":"pod.exec","params":{"name":"web","command":["hang"]}}"#
            let path = test.path
            let answers = try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(Array((hang + "\n" + hang + "\n").utf8), to: socket)
                // One of the two holds the id: the other is refused at once.
                var text = try readLine(socket)
                let cancel = #"{"jsonrpc":"2.0","id":2,"method":"rpc.cancel","params":{"id":"x"}}"#
                try UnixSocket.send(Array((cancel + "\n").utf8), to: socket)
                text += try readLine(socket)
                text += try readLine(socket)
                return text
            }
            #expect(answers.contains("DuplicateID"))
            #expect(answers.contains("\"code\":-32800"))
            #expect(answers.contains(#""id":2,"result":{}"#))
        }
    }

    @Test func aDeadlineEndsACall() async throws {
        try await TestServer.with { test async throws in
            let answer = try await test.exchange(
                #"{"jsonrpc":"2.0","id":1,"method":"pod.exec","params":{"name":"web","command":["hang"],"#
                    + #""_meta":{"timeoutMs":20}}}"#
            )
            #expect(answer.contains("\"code\":-32004"))
        }
    }

    @Test func aClientThatIsGoneCancelsItsCalls() async throws {
        try await TestServer.with { test async throws in
            let path = test.path
            let hang = #"{"jsonrpc":"2.0","id":1,"method":"pod.exec","params":{"name":"web","command":["hang"]}}"#
            let ping = ping
            try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(
                    Array((hang + "\n" + ping.replacing("\"id\":1", with: "\"id\":2") + "\n").utf8),
                    to: socket
                )
                _ = try readLine(socket)
            }
            while test.node.state.withLock({ $0.cancelled }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func manyConnectionsAtOnceAreAllAnswered() async throws {
        try await TestServer.with { test async throws in
            let path = test.path
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await blocking {
                            var count = 0
                            for _ in 0..<10 {
                                let connection = try AgentConnection(Endpoint(path: path), timeout: .seconds(30))
                                for _ in 0..<10 {
                                    _ = try connection.call(AgentMethods.ping)
                                    count += 1
                                }
                            }
                            return count
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(counts == 800)
        }
    }

    @Test func oneConnectionTooManyIsClosed() async throws {
        try await TestServer.with(configure: { $0.limits.connections = 2 }) { test async throws in
            let (path, ping, pong) = (test.path, ping, pong)
            try await blocking {
                let first = try UnixSocket.connect(path)
                let second = try UnixSocket.connect(path)
                for number in [first.rawValue, second.rawValue] {
                    _ = Array((ping + "\n").utf8).withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
                }
                #expect(try readLine(first) == pong)
                #expect(try readLine(second) == pong)
                let third = try UnixSocket.connect(path)
                // EPIPE where it is closed already.
                try? UnixSocket.send(Array((ping + "\n").utf8), to: third)
                var buffer = [UInt8](repeating: 0, count: 10)
                let count = read(third.rawValue, &buffer, buffer.count)
                #expect(count <= 0)
            }
        }
    }

    @Test func randomBytesHurtNobody() async throws {
        try await TestServer.with { test async throws in
            var random = SystemRandomNumberGenerator()
            // Pieces of messages in any order get further into the server than noise does.
            let pieces = [
                "{", "}", "[", "]", "\"", ":", ",", "\n", "\r\n", "jsonrpc", "2.0", "\"id\":1", "null", "\"method\":",
                "\"rpc.ping\"", "1e999", "\\u0000", "POST /rpc HTTP/1.1", "Content-Length: 5", "GET ", "\u{0}", "ü",
                " ",
            ]
            for _ in 0..<100 {
                let count = Int.random(in: 1...40, using: &random)
                let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
                _ = try await test.exchange(text)
            }
            #expect(try await test.exchange(ping) == pong)
        }
    }

    @Test func silentConnectionsCountAndDoNotHoldUpAShutdown() async throws {
        try await TestServer.with(configure: { $0.limits.connections = 1 }) { test async throws in
            let path = test.path
            let silent = try await blocking {
                let silent = try UnixSocket.connect(path)
                // The second one is closed at once.
                #expect(try UnixSocket.connect(path).readToEnd().isEmpty)
                return silent.release()
            }
            let start = Monotonic.now
            await test.server.shutdown()
            #expect(Monotonic.now.since(start) < .seconds(9))
            close(silent)
        }
    }

    @Test func aSilentConnectionIsClosed() async throws {
        try await TestServer.with(configure: { $0.limits.firstByte = .milliseconds(20) }) { test async throws in
            let path = test.path
            let bytes = try await blocking { try UnixSocket.connect(path).readToEnd() }
            #expect(bytes.isEmpty)
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        try await TestServer.with(configure: { $0.limits.idle = .milliseconds(50) }) { test async throws in
            let (path, ping) = (test.path, ping)
            let bytes = try await blocking {
                let socket = try UnixSocket.connect(path)
                try UnixSocket.send(Array((ping + "\n").utf8), to: socket)
                return try socket.readToEnd()
            }
            #expect(String(decoding: bytes, as: UTF8.self) == pong)
        }
    }

    @Test func aClientThatNeverReadsStopsBeingServedAndHurtsNobody() async throws {
        try await TestServer.with { test async throws in
            test.node.state.withLock { $0.pods = (0..<200).map { FakeNode.pod("pod-\($0)") } }
            let path = test.path
            let list = Array((#"{"jsonrpc":"2.0","id":1,"method":"pod.list"}"# + "\n").utf8)
            let stuck = try await blocking {
                let socket = try UnixSocket.connect(path)
                try socket.setNonBlocking(true)
                // Until neither the server nor the kernel takes more.
                var refusals = 0
                while refusals < 20 {
                    let count = list.withUnsafeBytes {
                        send(socket.rawValue, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    }
                    if count < 0 {
                        refusals += 1
                        var nothing = pollfd(fd: -1, events: 0, revents: 0)
                        poll(&nothing, 1, 10)
                    }
                }
                return socket.release()
            }
            #expect(try await test.exchange(ping) == pong)
            close(stuck)
        }
    }
}

/// One line with its newline.
func readLine(_ socket: borrowing Descriptor) throws -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while byte != UInt8(ascii: "\n") {
        guard read(socket.rawValue, &byte, 1) == 1 else { break }
        line.append(byte)
    }
    return String(decoding: line, as: UTF8.self)
}
