import AgentAPI
import AgentClient
import Glibc
import Linux
import TestSupport
import Testing

/// Connections that become streams, with a node behind them that echoes or floods.
@Suite(.timeLimit(.minutes(3))) struct StreamCarrierTests {
    private func ticket(_ test: TestServer, flood: Bool = false) async throws -> StreamTicket {
        try await test.client { client in
            flood
                ? try client.call(AgentMethods.podAttach, PodAttachRequest(name: "a"))
                : try client.call(AgentMethods.podExecStream, PodExecStreamRequest(name: "a", command: ["cat"]))
        }
    }

    @Test func plainFramesComeBack() async throws {
        try await TestServer.with { test in
            let ticket = try await ticket(test)
            let endpoint = Endpoint(path: test.path)
            let echoed = try await blocking {
                let stream = try StreamConnection(endpoint, over: try AgentConnection.dial(endpoint), ticket)
                let sent = [UInt8](repeating: 7, count: 300_000)
                try stream.send(sent, on: StreamFrame.Channel.input)
                var read: [UInt8] = []
                var hasClosed = false
                while true {
                    let wanted = Int16(POLLIN | (stream.isSending ? POLLOUT : 0))
                    var ready = pollfd(fd: stream.descriptor, events: wanted, revents: 0)
                    _ = poll(&ready, 1, 60_000)
                    try stream.flush()
                    guard let frames = try stream.receive() else { return read.count == sent.count && hasClosed }
                    for frame in frames where frame.channel == StreamFrame.Channel.output { read += frame.bytes }
                    if read.count == sent.count && !hasClosed {
                        hasClosed = true
                        try stream.close(StreamFrame.Channel.input)
                    }
                }
            }
            #expect(echoed)
            #expect(test.node.state.withLock { $0.endedStreams } == 1)
        }
    }

    @Test func whoMayOpenAStream() async throws {
        try await TestServer.with { test in
            func status(_ path: String, readOnly: Bool = false, _ headers: String = "") async throws -> String {
                let request = "GET \(path) HTTP/1.1\r\nHost: a\r\n\(headers)Connection: Upgrade\r\nUpgrade: swiftlet-stream\r\n\r\n"
                let answer = try await test.exchange(request, readOnly: readOnly)
                return String(answer.dropFirst("HTTP/1.1 ".count).prefix(3))
            }
            let used = try await ticket(test)
            #expect(try await status(used.path) == "101")
            #expect(try await status(used.path) == "404")
            #expect(try await status("/stream/nothing") == "404")
            #expect(try await status("/elsewhere") == "404")
            let other = try await ticket(test)
            #expect(try await status(other.path, readOnly: true) == "403")
            #expect(try await status(other.path) == "404")
            let page = try await ticket(test)
            #expect(try await status(page.path, "Origin: http://evil\r\n") == "403")
            // The page did not get as far as the token.
            #expect(try await status(page.path) == "101")
            let curious = try await test.exchange("GET /stream/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(curious.hasPrefix("HTTP/1.1 426 "), "\(curious)")
            // Reading is no reason to run anything.
            await #expect(throws: Fault.self) {
                let path = test.configuration.readOnlySocketPath
                _ = try await blocking {
                    try AgentConnection(Endpoint(path: path)).call(AgentMethods.podAttach, PodAttachRequest(name: "a"))
                }
            }
        }
    }

    /// A client that never reads holds what the socket holds, and ends its stream when it goes.
    @Test func aClientThatNeverReads() async throws {
        try await TestServer.with { test in
            let ticket = try await ticket(test, flood: true)
            let socket = try await open(test, ticket.path, "Upgrade: swiftlet-stream")
            // How much is written before the event loop tells that the socket is full depends on the loop; then it stops.
            var taken = (before: -1, now: 0)
            let patience = Deadline(in: .seconds(60))
            while taken.now == 0 || taken.now != taken.before, !patience.hasPassed {
                for _ in 0..<300 { _ = try await test.client { try $0.call(AgentMethods.ping) } }
                taken = (taken.now, test.node.state.withLock { $0.floodedBytes })
            }
            #expect(taken.now > 0 && taken.now == taken.before, "\(taken)")
            #expect(test.node.state.withLock { $0.endedStreams } == 0)
            try socket.close()
            let deadline = Deadline(in: .seconds(60))
            while test.node.state.withLock({ $0.endedStreams }) == 0, !deadline.hasPassed {
                _ = try await test.client { try $0.call(AgentMethods.ping) }
            }
            #expect(test.node.state.withLock { $0.endedStreams } == 1)
        }
    }

    /// Each closes with the code that RFC 6455 gives it.
    @Test(arguments: [
        // Not masked.
        ([0x82, 0x01, 0x00], 1002),
        // A reserved bit, an unknown opcode, a continuation of nothing.
        ([0xC2, 0x80, 0, 0, 0, 0], 1002), ([0x83, 0x80, 0, 0, 0, 0], 1002), ([0x80, 0x80, 0, 0, 0, 0], 1002),
        // Text that is none.
        ([0x81, 0x81, 0, 0, 0, 0, 0xFF], 1007),
        // A length of 2^62.
        ([0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009),
        // Goodbye.
        ([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], 1000),
    ] as [([UInt8], Int)])
    func framesThatEndAWebSocket(frame: [UInt8], code: Int) async throws {
        try await TestServer.with { test in
            let ticket = try await ticket(test)
            let socket = try await open(test, ticket.path, Self.webSocket + "Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n")
            let number = socket.rawValue
            let rest = try await blocking {
                let copy = Descriptor(owning: dup(number))
                try UnixSocket.send(frame, to: copy)
                return try copy.readToEnd()
            }
            let goodbye = rest.firstRange(of: [0x88])?.lowerBound ?? rest.endIndex
            let bytes = rest[goodbye...].dropFirst(2).prefix(2)
            #expect(bytes.elementsEqual([UInt8(code >> 8), UInt8(code & 255)]), "\(rest)")
        }
    }

    private static let webSocket =
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

    @Test func jsonOverAWebSocket() async throws {
        try await TestServer.with { test in
            let socket = try await open(test, "/rpc", Self.webSocket)
            let number = socket.rawValue
            let answer = try await blocking {
                let copy = Descriptor(owning: dup(number))
                let text = Array(#"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#.utf8)
                // A mask of zeros is a mask.
                try UnixSocket.send([0x81, 0x80 | UInt8(text.count), 0, 0, 0, 0] + text, to: copy)
                // Binary is no message of JSON-RPC.
                try UnixSocket.send([0x82, 0x80, 0, 0, 0, 0], to: copy)
                return try copy.readToEnd()
            }
            let expected = Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8)
            let closing: [UInt8] = [0x03, 0xEB]
            #expect(answer.starts(with: [0x81, UInt8(expected.count)] + expected) || answer.contains(closing), "\(answer)")
            #expect(answer.contains(closing))
        }
    }

    /// Opens a connection and reads the head of its answer, which must be 101.
    private func open(_ test: TestServer, _ path: String, _ headers: String) async throws -> Descriptor {
        let socketPath = test.path
        let number = try await blocking {
            let socket = try UnixSocket.connect(socketPath)
            let end = headers.hasSuffix("\r\n") ? "" : "\r\n"
            try UnixSocket.send(
                Array("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\(headers)\(end)\r\n".utf8),
                to: socket
            )
            var head = ""
            var byte = [UInt8](repeating: 0, count: 1)
            while !head.hasSuffix("\r\n\r\n") && read(socket.rawValue, &byte, 1) == 1 {
                head.unicodeScalars.append(Unicode.Scalar(byte[0]))
            }
            guard head.hasPrefix("HTTP/1.1 101 ") else { throw Fault(.invalid, head) }
            return socket.release()
        }
        return Descriptor(owning: number)
    }
}
