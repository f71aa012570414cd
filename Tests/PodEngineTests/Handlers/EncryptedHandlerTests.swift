import Glibc
import Linux
import PodEngine
import PodSpec
import TestSupport
import Testing

/// Probes and hooks with scheme HTTPS, against a real server.
@Suite(.timeLimit(.minutes(3)))
struct EncryptedHandlerTests {
    /// A server with a certificate that nobody has signed, for a name that is not its own: what pods have.
    private final class Server {
        let folder: TemporaryDirectory
        let process: ProcessHandle
        let port: UInt16

        init() throws {
            let folder = try TemporaryDirectory("https")
            self.folder = folder
            try Command(
                "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", "/CN=elsewhere.example", "-days", "1", "-keyout", folder("key"), "-out", folder("certificate")
            ).run().checked()
            let script = """
                import http.server, ssl, sys
                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_GET(self):
                        self.send_response(200 if self.path == "/good" else 503)
                        self.send_header("Content-Length", "0")
                        self.end_headers()
                    def log_message(self, *words): pass
                server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(sys.argv[1], sys.argv[2])
                server.socket = context.wrap_socket(server.socket, server_side=True)
                print(server.server_address[1], flush=True)
                server.serve_forever()
                """
            let output = try Descriptor.pipe()
            let child = ChildProcess(
                executable: "/usr/bin/python3",
                arguments: ["-c", script, folder("certificate"), folder("key")]
            )
            let process = try child.spawn([1: output.write.rawValue])
            try output.write.close()
            var line = ""
            var byte: UInt8 = 0
            while Glibc.read(output.read.rawValue, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
                line.append(Character(UnicodeScalar(byte)))
            }
            self.process = process
            port = try #require(UInt16(line))
        }

        func end() throws {
            try process.signal(SIGKILL)
            _ = try process.wait()
        }
    }

    private let runner = HandlerRunner(containers: FakeMachine())
    private let target = HandlerTarget(containerID: "uid_web_0", address: "127.0.0.1", ports: [])

    private func get(
        _ port: UInt16,
        _ path: String,
        scheme: String = "HTTPS",
        within timeout: Duration = .seconds(60)
    ) async -> HandlerResult {
        var action = HTTPGetAction(port: .number(port))
        action.path = path
        action.scheme = scheme
        return await runner.perform(.httpGet(action), on: target, for: .probe, within: timeout)
    }

    /// As with the kubelet, the certificate is not looked at.
    @Test func `a status decides, whoever has signed the certificate`() async throws {
        let server = try Server()
        #expect(await get(server.port, "/good") == .success)
        #expect(await get(server.port, "/bad") == .failure("HTTP probe failed with statuscode: 503"))
        try server.end()
    }

    @Test func `a server that speaks in clear, and a client that does`() async throws {
        let clear = try ScriptedServer { _ in .init(200) }
        // Each waits for the other to go on.
        if case .failure = await get(clear.port, "/good", within: .milliseconds(200)) {} else { Issue.record("a server in clear passed") }
        let server = try Server()
        if case .failure = await get(server.port, "/good", scheme: "HTTP") {} else { Issue.record("a client in clear passed") }
        try server.end()
    }
}
