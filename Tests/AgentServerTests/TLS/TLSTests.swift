import AgentAPI
import AgentTLS
import Glibc
import Linux
import TestSupport
import Testing

/// The TCP port: nobody without a certificate, and what the certificate's names may do.
@Suite(.timeLimit(.minutes(5))) struct TLSTests {
    private let exec = #"{"jsonrpc":"2.0","id":1,"method":"pod.exec","params":{"name":"web","command":["true"]}}"#
    private let json = "Content-Type: application/json"

    @Test func rolesComeFromCertificates() async throws {
        try await TLSServer.with { test async throws in
            let request = PodExecRequest(name: "web", command: ["true"])
            let code = try await test.client("admin") { try $0.call(AgentMethods.podExec, request).exitCode }
            #expect(code == 7)
            try await test.client("reader") { connection in
                _ = try connection.call(AgentMethods.podList, PodListRequest())
                let fault = #expect(throws: Fault.self) { try connection.call(AgentMethods.podExec, request) }
                #expect(fault?.code == .forbidden)
            }
        }
    }

    /// No role, an authority that is not ours, no certificate at all.
    @Test func othersAreClosed() async throws {
        try await TLSServer.with { test async throws in
            for name in ["stranger", "foreign"] {
                await #expect(throws: (any Error).self, "\(name)") {
                    try await test.client(name) { try $0.call(AgentMethods.ping) }
                }
            }
            let url = "https://127.0.0.1:\(test.port)/livez"
            #expect(try await test.curl("admin", url).text == "ok")
            for name in [nil, "foreign", "stranger"] {
                let outcome = try await test.curl(name, url)
                #expect(!outcome.succeeded && outcome.text.isEmpty, "\(name ?? "nobody"): \(outcome)")
            }
            // Without TLS there is nothing to talk to.
            let plain = try await blocking { [port = test.port] in
                try Command(["curl", "-sS", "--max-time", "60", "http://127.0.0.1:\(port)/livez"]).run()
            }
            #expect(!plain.succeeded)
            #expect(try await test.curl("admin", url).text == "ok")
        }
    }

    @Test func oldProtocolsAreRefused() async throws {
        try await TLSServer.with { test async throws in
            let url = "https://127.0.0.1:\(test.port)/livez"
            #expect(try await test.curl("admin", "--tls-max", "1.2", url).text == "ok")
            #expect(try await !test.curl("admin", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", url).succeeded)
        }
    }

    @Test func theServersNameIsChecked() async throws {
        try await TLSServer.with { test async throws in
            try await test.client("admin", host: "localhost") { _ = try $0.call(AgentMethods.ping) }
            // A port on which nobody listens is told from a server that is not who it should be.
            let (files, port) = (test.files("admin"), test.port)
            try await blocking {
                do throws(TLSDialer.Failure) {
                    _ = try TLSDialer(files).connect(host: "127.0.0.1", port: 1, within: .seconds(60))
                    Issue.record("somebody listens on port 1")
                } catch {
                    guard case .unreachable = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
            var stranger = files
            stranger.authorities = test.certificates.path("rogue.pem")
            let foreign = stranger
            try await blocking {
                do throws(TLSDialer.Failure) {
                    _ = try TLSDialer(foreign).connect(host: "127.0.0.1", port: port, within: .seconds(60))
                    Issue.record("a server of another authority was taken")
                } catch {
                    guard case .refused = error else {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
        }
    }

    @Test func hostsThatAreNotOursAndPagesAreRefused() async throws {
        try await TLSServer.with { test async throws in
            let url = "https://127.0.0.1:\(test.port)/livez"
            func status(_ header: String) async throws -> String {
                try await test.curl("admin", "-o", "/dev/null", "-w", "%{http_code}", "-H", header, url).text
            }
            for host in ["127.0.0.1:1", "[::1]:1", "localhost", "node.example:7443", "NODE.example"] {
                #expect(try await status("Host: \(host)") == "200", "\(host)")
            }
            for host in ["evil.example", "node.example.evil", "1.evil", "x.node.example"] {
                #expect(try await status("Host: \(host)") == "421", "\(host)")
            }
            #expect(try await status("Origin: https://127.0.0.1") == "403")
        }
    }

    @Test func aReloadTakesNewFilesAndKeepsOldOnesWhereTheNewAreBroken() async throws {
        try await TLSServer.with { test async throws in
            let ca = test.certificates.path("ca.pem")
            let ours = try FileSystem.readText(ca)
            try FileSystem.write(ca, Array("rubbish".utf8))
            #expect(throws: TLSFileError.self) { try test.tls.reload() }
            try FileSystem.write(ca, Array(ours.utf8))
            try await test.client("admin") { _ = try $0.call(AgentMethods.ping) }

            let rogue = try FileSystem.readText(test.certificates.path("rogue.pem"))
            try FileSystem.write(ca, Array(rogue.utf8))
            try test.tls.reload()
            try FileSystem.write(ca, Array(ours.utf8))
            try await test.client("foreign") { _ = try $0.call(AgentMethods.ping) }
            await #expect(throws: (any Error).self) {
                try await test.client("admin") { try $0.call(AgentMethods.ping) }
            }
        }
    }

    /// Documents of a hundred kilobytes, one after the other on one connection.
    @Test func largeAnswersComeThroughWhole() async throws {
        try await TLSServer.with { test async throws in
            let count = try await test.client("admin") { connection in
                (0..<50).reduce(0) { sum, _ in
                    sum + ((try? connection.call(AgentMethods.discover).node.members?.count) ?? 0)
                }
            }
            #expect(count >= 200)
        }
    }
}
