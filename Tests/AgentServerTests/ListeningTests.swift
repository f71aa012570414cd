import AgentAPI
import AgentClient
import AgentServer
import Glibc
import Linux
import Logging
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
}
