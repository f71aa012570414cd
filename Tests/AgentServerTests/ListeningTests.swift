import AgentAPI
import AgentClient
import AgentServer
import Glibc
import Linux
import Logging
import TestNode
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListeningTests {
    private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test func aLiveAgentKeepsItsSocket() async throws {
        try await TestServer.with { test async throws in
            await #expect(throws: ListenError.self) {
                try await RPCServer.start(test.configuration, backend: test.node, log: log)
            }
            #expect(try await test.exchange(#"{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}"#).contains("result"))
        }
    }

    @Test func theSocketOfADeadAgentIsReplaced() async throws {
        let folder = try TemporaryDirectory()
        // Bound and left: nobody listens.
        _ = try UnixSocket.bind(folder("swiftlet.sock"))
        try folder.write("swiftlet.sock.lock", "")
        let server = try await RPCServer.start(
            ServerConfiguration(directory: folder.path),
            backend: FakeNode(),
            log: log
        )
        let status = try FileSystem.status(folder("swiftlet.sock"))
        #expect(status.permissions == 0o660)
        await server.shutdown()
        #expect(try FileSystem.list(folder.path) == [])
    }

    @Test func whatIsNoSocketIsLeftAlone() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("swiftlet.sock", "precious")
        await #expect(throws: ListenError.self) {
            try await RPCServer.start(ServerConfiguration(directory: folder.path), backend: FakeNode(), log: log)
        }
        #expect(try FileSystem.readText(folder("swiftlet.sock")) == "precious")
    }

    @Test func withoutAnAgentTheClientSaysSo() async throws {
        let folder = try TemporaryDirectory()
        let path = folder("none.sock")
        let fault = await #expect(throws: Fault.self) {
            try await blocking { _ = try AgentConnection(Endpoint(path: path)) }
        }
        #expect(fault?.reason == "AgentUnreachable")
        #expect(fault?.code.exitStatus == 5)
    }

    /// Sockets that an init system made: clients of a time without an agent are answered, and it keeps them.
    @Test func inheritedSocketsAreServedAndLeft() async throws {
        let folder = try TemporaryDirectory()
        let main = try Self.listening(folder("given.sock"), mode: 0o660)
        let reading = try Self.listening(folder("given-ro.sock"), mode: 0o666)
        let early = try UnixSocket.connect(folder("given.sock"))
        try UnixSocket.send(Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}\n".utf8), to: early)
        try UnixSocket.finishSending(early)
        let server = try await RPCServer.start(
            ServerConfiguration(directory: folder.path),
            inherited: InheritedSockets(main: [main.rawValue], readOnly: [reading.rawValue]),
            backend: FakeNode(),
            log: log
        )
        let number = early.rawValue
        let answer = try await blocking {
            let copy = Descriptor(owning: dup(number))
            return String(decoding: try copy.readToEnd(), as: UTF8.self)
        }
        #expect(answer.contains("result"))
        // No socket is made beside those, and theirs are as they were.
        #expect(try FileSystem.list(folder.path).sorted() == ["given-ro.sock", "given.sock"])
        await server.shutdown()
        #expect(try FileSystem.status(folder("given.sock")).permissions == 0o660)
        #expect(try FileSystem.status(folder("given-ro.sock")).permissions == 0o666)
        #expect(UnixSocket.isListening(main.rawValue) && UnixSocket.isListening(reading.rawValue))
        _ = try UnixSocket.connect(folder("given.sock"))
    }

    @Test func theKindThatIsNotInheritedIsMade() async throws {
        let folder = try TemporaryDirectory()
        let reading = try Self.listening(folder("given-ro.sock"), mode: 0o666)
        let server = try await RPCServer.start(
            ServerConfiguration(directory: folder.path),
            inherited: InheritedSockets(readOnly: [reading.rawValue]),
            backend: FakeNode(),
            log: log
        )
        #expect(FileSystem.exists(folder("swiftlet.sock")) && !FileSystem.exists(folder("swiftlet-ro.sock")))
        await server.shutdown()
        #expect(try FileSystem.list(folder.path) == ["given-ro.sock"])
    }

    /// Root is an admin on the main socket and reads on the other, whatever their files are called.
    @Test(arguments: [true, false]) func theRoleIsTheSockets(isMain: Bool) async throws {
        let folder = try TemporaryDirectory()
        let socket = try Self.listening(folder("given.sock"), mode: 0o666)
        let server = try await RPCServer.start(
            ServerConfiguration(directory: folder.path),
            inherited: isMain
                ? InheritedSockets(main: [socket.rawValue]) : InheritedSockets(readOnly: [socket.rawValue]),
            backend: FakeNode(),
            log: log
        )
        let path = folder("given.sock")
        let answer = try await blocking {
            let socket = try UnixSocket.connect(path)
            let request = #"{"jsonrpc":"2.0","id":1,"method":"image.pull","params":{"image":"a"}}"# + "\n"
            try UnixSocket.send(Array(request.utf8), to: socket)
            try UnixSocket.finishSending(socket)
            return String(decoding: try socket.readToEnd(), as: UTF8.self)
        }
        // -32002 is "forbidden".
        #expect(answer.contains("-32002") == !isMain, "\(answer)")
        await server.shutdown()
    }

    /// Who removes the socket, or puts something else in its place, does not shut the agent off for good.
    @Test(arguments: ["swiftlet.sock", "swiftlet-ro.sock"]) func aSocketThatIsRemovedComesBack(name: String) async throws {
        let folder = try TemporaryDirectory()
        let server = try await RPCServer.start(ServerConfiguration(directory: folder.path), backend: FakeNode(), log: log)
        let path = folder(name)
        let mode = try FileSystem.status(path).permissions
        let early = try UnixSocket.connect(path)
        for _ in 0..<3 {
            let watch = try Inotify()
            _ = try watch.watch(folder.path, [.movedTo])
            try FileSystem.removeFile(path)
            try await EventThread.shared.waitUntilReadable(watch.descriptor.rawValue)
            #expect(try FileSystem.status(path).permissions == mode)
            #expect(try await Self.ping(UnixSocket.connect(path)).contains("result"))
        }
        // Who was connected is so still.
        #expect(try await Self.ping(early).contains("result"))

        try FileSystem.removeFile(path)
        _ = try folder.write(name, "precious")
        await server.shutdown()
        #expect(try FileSystem.readText(path) == "precious")
        try FileSystem.removeFile(path)
        #expect(try FileSystem.list(folder.path) == [])
    }

    private static func ping(_ socket: consuming Descriptor) async throws -> String {
        try UnixSocket.send(Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.ping\"}\n".utf8), to: socket)
        try UnixSocket.finishSending(socket)
        let number = socket.release()
        return try await blocking { String(decoding: try Descriptor(owning: number).readToEnd(), as: UTF8.self) }
    }

    private static func listening(_ path: String, mode: mode_t) throws -> Descriptor {
        let socket = try UnixSocket.bind(path)
        try retrying("chmod", path) { chmod(path, mode) }
        let number = socket.rawValue
        try retrying("listen", path) { listen(number, 16) }
        return socket
    }
}
