import Glibc
import Linux
import TestCertificates
import TestSupport
import Testing

extension EndToEnd {
    /// The RPC over TCP, as an operator sets it up.
    @Suite struct TCPTests {
        private static func write(_ path: String, _ text: String) throws {
            try FileSystem.write(path, Array(text.utf8))
            guard chmod(path, 0o644) == 0 else { throw SystemError.last("chmod", path) }
        }

        private static func settings(_ certificates: Certificates, roles: String) -> String {
            """
            listen: tcp://127.0.0.1:7443
            tlsCertificate: \(certificates.path("server.pem"))
            tlsKey: \(certificates.path("server-key.pem"))
            tlsClientCA: \(certificates.path("ca.pem"))
            roles:
              \(roles)

            """
        }

        @Test func rolesByCertificateAndAnewAfterAReload() async throws {
            let host = try await TestHost("tcp")
            let certificates = try Certificates()
            try certificates.issue("server", subject: "/CN=node", names: "DNS:localhost,IP:127.0.0.1")
            try certificates.issue("ops", subject: "/CN=ops")
            try certificates.issue("eyes", subject: "/CN=eyes")
            let file = "\(host.folder)/c.yaml"
            try Self.write(file, Self.settings(certificates, roles: "{'CN:ops': admin, 'CN:eyes': read}"))
            let agent = try AgentFixture(host: host, folder: host.folder, options: ["--config", file])
            let process = try await agent.start()
            func swiftlet(_ name: String, _ arguments: String...) async throws -> Command.Outcome {
                var command = Command([TestBinaries.swiftlet] + arguments)
                command.environment["SWIFTLET_HOST"] = "tcp://localhost:7443"
                command.environment["SWIFTLET_TLS_CERT"] = certificates.path("\(name).pem")
                command.environment["SWIFTLET_TLS_KEY"] = certificates.path("\(name)-key.pem")
                command.environment["SWIFTLET_TLS_CA"] = certificates.path("ca.pem")
                return try await host.run(command)
            }
            for name in ["ops", "eyes"] {
                let got = try await swiftlet(name, "get", "pods")
                #expect(got.succeeded, "\(name): \(got)")
            }
            let refused = try await swiftlet("eyes", "exec", "web", "--", "true")
            #expect(refused.errorText.contains("needs the role admin"), "\(refused)")
            let missing = try await swiftlet("ops", "exec", "web", "--", "true")
            #expect(missing.errorText.contains("not found"), "\(missing)")
            #expect(agent.log.contains("certificate=CN:eyes address="), "\(agent.log)")

            // Nobody has a role any more; what they had before is not asked anew.
            try Self.write(file, Self.settings(certificates, roles: "{'CN:others': admin}"))
            try agent.hangUp()
            try await agent.perform { try process.waitForOutput("configuration read again") }
            let closed = try await swiftlet("ops", "get", "pods")
            #expect(!closed.succeeded && closed.errorText.contains("no role for its names"), "\(closed)")
            try await agent.perform { try process.waitForOutput("no role for this certificate") }
            expect(try await agent.stop(), is: ExitStatus.exited(0))
            host.close()
        }

        @Test func thereIsNoTCPWithoutWhatItNeeds() async throws {
            let host = try await TestHost("tcp")
            let certificates = try Certificates()
            try certificates.issue("server", subject: "/CN=node")
            let file = "\(host.folder)/c.yaml"
            func start(_ settings: String) async throws -> Command.Outcome {
                try Self.write(file, settings)
                let agent = try AgentFixture(host: host, folder: host.folder, options: [])
                return try await host.run(Command([TestBinaries.swiftlet, "agent", "--config", file] + agent.folders))
            }
            let bare = try await start("listen: tcp://127.0.0.1:7443\n")
            #expect(bare.status == ExitStatus.exited(1), "\(bare)")
            #expect(bare.errorText.contains("\(file):1) needs tlsCertificate, tlsKey, tlsClientCA"), "\(bare)")

            let key = certificates.path("server-key.pem")
            guard chmod(key, 0o644) == 0 else { throw SystemError.last("chmod", key) }
            let open = try await start(Self.settings(certificates, roles: "'CN:ops': admin"))
            #expect(open.status == ExitStatus.exited(1) && open.errorText.contains("\(key): others than its owner"), "\(open)")

            let wrong = try await start("listen: 127.0.0.1:7443\nroles: {ops: admin, 'CN:x': root}\n")
            #expect(wrong.status == ExitStatus.exited(2), "\(wrong)")
            for text in ["\(file):1:9: listen: ", "\(file):2:14: roles: \"ops\" is no name", "roles: \"root\" is no role"] {
                #expect(wrong.errorText.contains(text), "\(text)\n\(wrong)")
            }
            host.close()
        }
    }
}
