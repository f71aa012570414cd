import AgentAPI
import AgentClient
import AgentServer
import Glibc
import JSONCoding
import Linux
import Logging
import TestNode
import TestSupport

/// A server on sockets of its own in a temporary folder, with a fake node behind it.
struct TestServer {
    let folder: TemporaryDirectory
    let node: FakeNode
    let server: RPCServer
    let configuration: ServerConfiguration

    /// Runs a test against a server and shuts that down afterwards.
    static func with(
        configure: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryDirectory()
        var configuration = ServerConfiguration(directory: folder.path)
        configuration.limits.drain = .seconds(20)
        configure(&configuration)
        let node = FakeNode()
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        let server = try await RPCServer.start(configuration, backend: node, log: log)
        let test = TestServer(folder: folder, node: node, server: server, configuration: configuration)
        do {
            try await body(test)
        } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    var path: String { configuration.socketPath }

    /// Sends bytes on a connection of its own, closes the sending half, and gives back all that comes.
    func exchange(_ bytes: [UInt8], readOnly: Bool = false) async throws -> String {
        let path = readOnly ? configuration.readOnlySocketPath : path
        return try await blocking {
            let socket = try UnixSocket.connect(path)
            try UnixSocket.send(bytes, to: socket)
            try UnixSocket.finishSending(socket)
            return String(decoding: try socket.readToEnd(), as: UTF8.self)
        }
    }

    func exchange(_ text: String, readOnly: Bool = false) async throws -> String {
        try await exchange(Array(text.utf8), readOnly: readOnly)
    }

    /// Follows the log of the pod `web` to its end; its lines come one by one.
    func follow(into see: AsyncStream<String>.Continuation) async throws {
        try await client { connection in
            var request = PodLogsRequest(name: "web")
            request.follow = true
            try connection.subscribe(AgentMethods.podLogs, request, of: LogLine.self) { events in
                for line in events.events { see.yield(line.text ?? "?") }
                return true
            }
            see.finish()
        }
    }

    /// Calls over a connection of its own.
    func client<Value: Sendable>(_ body: @escaping @Sendable (AgentConnection) throws -> Value) async throws -> Value {
        let path = path
        return try await blocking {
            try body(try AgentConnection(Endpoint(path: path), timeout: .seconds(20)))
        }
    }

    /// Runs curl against the socket.
    func curl(_ arguments: String...) async throws -> Command.Outcome {
        let path = path
        return try await blocking { try Command(["curl", "-sS", "--unix-socket", path] + arguments).run() }
    }
}

/// Runs what blocks on a thread of its own: the server shares Swift's few threads with the tests.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        startThread(named: "test") { continuation.resume(with: Result { try body() }) }
    }
}
