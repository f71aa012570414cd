import AgentAPI
import AgentClient
import AgentServer
import AgentTLS
import Linux
import Logging
import NIOCore
import TestCertificates
import TestNode
import TestSupport

/// A server with nothing behind it that listens on a port of the loopback, with certificates.
struct TLSServer {
    let certificates: Certificates
    let tls: ServerTLS
    let server: RPCServer
    let port: Int

    /// `admin` has the name CN:ops, `reader` URI:spiffe://node/reader, `stranger` none that has a role, `foreign` the name
    /// CN:ops from another authority.
    static func with(_ body: (TLSServer) async throws -> Void) async throws {
        let certificates = try Certificates()
        try certificates.issue("server", subject: "/CN=node", names: "DNS:localhost,DNS:node.example,IP:127.0.0.1")
        try certificates.issue("admin", subject: "/O=team/CN=ops")
        try certificates.issue("reader", subject: "/CN=other", names: "URI:spiffe://node/reader")
        try certificates.issue("stranger", subject: "/CN=ops/CN=stranger")
        try certificates.authority("rogue")
        try certificates.issue("foreign", subject: "/CN=ops", by: "rogue")
        let tls = try ServerTLS(
            TLSFiles(
                certificate: certificates.path("server.pem"),
                key: certificates.path("server-key.pem"),
                authorities: certificates.path("ca.pem")
            )
        )
        var configuration = ServerConfiguration(directory: certificates.folder.path)
        configuration.tcp = TCPListening(
            host: "127.0.0.1",
            port: 0,
            secure: { channel, limit in tls.secure(channel, within: limit).map { $0.map(\.description) } },
            identify: { names in
                if names.contains("CN:ops") { return ("CN:ops", .admin) }
                return names.contains("URI:spiffe://node/reader") ? ("URI:spiffe://node/reader", .read) : nil
            },
            hosts: { tls.hosts }
        )
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await RPCServer.start(configuration, backend: FakeNode(), log: log)
        let test = TLSServer(certificates: certificates, tls: tls, server: server, port: server.tcpPort ?? 0)
        do { try await body(test) } catch {
            await server.shutdown()
            throw error
        }
        await server.shutdown()
    }

    func files(_ name: String) -> TLSFiles {
        TLSFiles(
            certificate: certificates.path("\(name).pem"),
            key: certificates.path("\(name)-key.pem"),
            authorities: certificates.path("ca.pem")
        )
    }

    /// Calls as somebody, over a connection of its own.
    func client<Value: Sendable>(
        _ name: String,
        host: String = "127.0.0.1",
        _ body: @escaping @Sendable (AgentConnection) throws -> Value
    ) async throws -> Value {
        let (files, port) = (files(name), port)
        return try await blocking {
            let socket = try TLSDialer(files).connect(host: host, port: port, within: .seconds(60))
            return try body(AgentConnection(.tcp(host: host, port: port), over: socket, timeout: .seconds(60)))
        }
    }

    /// Runs curl as somebody; nil as nobody.
    func curl(_ name: String?, _ arguments: String...) async throws -> Command.Outcome {
        var command = ["curl", "-sS", "--max-time", "60", "--cacert", certificates.path("ca.pem")]
        if let name { command += ["--cert", certificates.path("\(name).pem"), "--key", certificates.path("\(name)-key.pem")] }
        let all = command + arguments
        return try await blocking { try Command(all).run() }
    }
}
