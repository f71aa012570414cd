import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// The configuration: what the commands make of it, and a running agent.
    @Suite struct ConfigurationTests {
        /// Writes a file that only its owner may change.
        private static func write(_ path: String, _ text: String) throws {
            try FileSystem.write(path, Array(text.utf8))
            guard chmod(path, 0o644) == 0 else { throw SystemError.last("chmod", path) }
        }

        @Test(arguments: ["agent", "reset", "load"])
        func wrongOnesAreRefusedBeforeAnythingIsDone(command: String) async throws {
            let host = try await TestHost("config")
            let file = "\(host.folder)/c.yaml"
            try Self.write(
                file,
                "rot: /x\nroot: \(host.folder)/root\nrunRoot: \(host.folder)/run\nlogLevel: 5\ninclude: [none.yaml]\n"
            )
            let layout = command == "load" ? ["/nowhere"] : []
            var run = Command([TestBinaries.swiftlet, command, "--config", file, "--cgroup-driver", "x"] + layout)
            run.environment["SWIFTLET_BACKOFF_BASE"] = "soon"
            let outcome = try await host.run(run)
            #expect(outcome.status == ExitStatus.exited(2), "\(outcome)")
            expect(
                outcome.errorText.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "\"" } },
                is: [
                    "\(file):5:11: include: \(host.folder)/none.yaml: No such file or directory",
                    "\(file):1:1: rot: unknown key, did you mean ",
                    "\(file):4:11: logLevel: wants a string, not an integer",
                    "SWIFTLET_BACKOFF_BASE: ", "--cgroup-driver: ",
                ]
            )
            #expect(!FileSystem.exists("\(host.folder)/root") && !FileSystem.exists("\(host.folder)/run"))
            host.close()
        }

        @Test func checkDefaultAndDump() async throws {
            let host = try await TestHost("config")
            let swiftlet = TestBinaries.swiftlet
            let file = "\(host.folder)/c.yaml"
            let standard = try await host.run(swiftlet, "config", "default").checked().text
            try Self.write(file, standard)
            let good = try await host.run(swiftlet, "config", "check", file)
            #expect(good.succeeded && good.errorText == "\(file): good\n", "\(good)")
            try Self.write(file, standard + "netconf: /n\nlogLevel: loud\nrot: 1\n")
            let bad = try await host.run(swiftlet, "config", "check", file)
            let last = standard.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(bad.status == ExitStatus.exited(1) && bad.text.split(separator: "\n").count == 2, "\(bad)")
            #expect(bad.text.contains("\(file):\(last + 1):11: logLevel: \"loud\""), "\(bad)")
            #expect(bad.text.contains("\(file):\(last + 2):1: rot: unknown key"), "\(bad)")

            try Self.write(file, standard + "netconf: /n\nroot: /r\nrunRoot: /r\n")
            var dump = Command([swiftlet, "config", "dump", "--origin", "--root", "/f"])
            dump.environment = ["SWIFTLET_CONFIG": file, "SWIFTLET_RUN_ROOT": "/e", "SWIFTLET_ROOT": "/e"]
            let text = try await host.run(dump).checked().text
            for line in [
                "netconf: /n  # \(file):\(last)", "root: /f  # --root", "runRoot: /e  # SWIFTLET_RUN_ROOT",
                "logRoot: /var/log/pods  # default", "insecureRegistries: []  # default",
            ] {
                #expect(text.contains("\(line)\n"), "\(line)\n\(text)")
            }
            host.close()
        }

        /// /etc/swiftlet, in a mount namespace where /etc is the test's.
        @Test func theMachinesOwnFiles() async throws {
            let host = try await TestHost("config")
            let script = """
                set -e
                mount -t tmpfs tmpfs /etc
                mkdir -p /etc/swiftlet/config.d
                printf 'root: /a\\nrunRoot: /a\\nlogRoot: /a\\n' > /etc/swiftlet/config.yaml
                printf 'root: /b\\nrunRoot: /b\\n' > /etc/swiftlet/config.d/b.yaml
                printf 'root: /c\\n' > /etc/swiftlet/config.d/c.yaml
                chmod 644 /etc/swiftlet/config.yaml /etc/swiftlet/config.d/*
                exec "$1" config dump --origin
                """
            var command = Command(["unshare", "--mount", "sh", "-c", script, "sh", TestBinaries.swiftlet])
            // As if nothing was set.
            command.environment["SWIFTLET_CONFIG"] = ""
            let text = try await host.run(command).checked().text
            for line in [
                "root: /c  # /etc/swiftlet/config.d/c.yaml:1", "runRoot: /b  # /etc/swiftlet/config.d/b.yaml:2",
                "logRoot: /a  # /etc/swiftlet/config.yaml:3",
            ] {
                #expect(text.contains("\(line)\n"), "\(line)\n\(text)")
            }
            host.close()
        }

        @Test func reload() async throws {
            let host = try await TestHost("config")
            let file = "\(host.folder)/c.yaml"
            try Self.write(file, "logLevel: error\nbackoffBase: 200ms\n")
            let agent = try AgentFixture(host: host, folder: host.folder, options: ["--config", file])
            let process = try await agent.start()

            try Self.write(file, "logLevel: loud\nrot: 1\n")
            try agent.hangUp()
            try await agent.perform { try process.waitForOutput("the settings stay as they are") }
            let log = agent.log
            #expect(
                log.contains("\(file):1:11: logLevel: \"loud\"") && log.contains("\(file):2:1: rot: unknown key"),
                "\(log)"
            )
            // Nothing below error so far.
            #expect(!log.contains("ready"), "\(log)")

            try Self.write(file, "logLevel: debug\nbackoffBase: 300ms\n")
            try agent.hangUp()
            try await agent.perform { try process.waitForOutput("configuration read again") }
            #expect(agent.log.contains("logLevel has changed"), "\(agent.log)")
            #expect(agent.log.contains("backoffBase has changed: that needs a restart"), "\(agent.log)")
            expect(try await agent.stop(), is: ExitStatus.exited(0))
            host.close()
        }

        @Test func aRegistryIsNamedAnew() async throws {
            let host = try await TestHost("config")
            let registry = try await RegistryFixture(in: host, folder: try Self.folder(host, "first"))
            try await registry.push(layout: try Stage.layouts.get()("busybox"), as: "busybox:1")
            // The same images at an address that is not the loopback's: plain HTTP needs leave there.
            try await host.run("ip", "address", "add", "10.99.0.1/32", "dev", "lo").checked()
            try FileSystem.write(
                "\(host.folder)/second.yml",
                Array(
                    """
                    version: 0.1
                    storage: {filesystem: {rootdirectory: \(host.folder)/first/registry}}
                    http: {addr: ":5001"}
                    """.utf8
                )
            )
            let second = Command("docker-registry", "serve", "\(host.folder)/second.yml")
            _ = try await host.start(second, output: "\(host.folder)/second.log")
            try await host.waitForPort(5001)

            let file = "\(host.folder)/c.yaml"
            try Self.write(file, "")
            let folder = try Self.folder(host, "agent")
            let agent = try AgentFixture(host: host, folder: folder, options: ["--config", file])
            let process = try await agent.start()
            let image = "10.99.0.1:5001/busybox:1"
            expect(try await agent.cli("pull", image).succeeded, is: false)
            try Self.write(file, "insecureRegistries: ['10.99.0.1:5001']\n")
            try agent.hangUp()
            try await agent.perform { try process.waitForOutput("configuration read again") }
            let pulled = try await agent.cli("pull", image)
            #expect(pulled.succeeded, "\(pulled)")
            try await agent.stop()
            host.close()
        }

        private static func folder(_ host: TestHost, _ name: String) throws -> String {
            try FileSystem.makeDirectories("\(host.folder)/\(name)/registry")
            return "\(host.folder)/\(name)"
        }
    }
}
