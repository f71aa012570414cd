import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

// Agents of one machine have its bridge and its firewall in common: one after the other.
extension EndToEnd {
    /// The agent as a service of a real systemd, by transient units: what systemd shows of it, keeps for it, and does to it.
    @Suite(.serialized, .needsSystemdMachine) struct SystemdMachineTests {
        /// An agent in a transient service, with folders of its own.
        private struct Machine {
            let host: MachineHost
            let agent: AgentFixture
            let unit: String
            private let cgroups: [String]

            init(_ name: String, _ properties: [String] = [], environment: [String] = []) async throws {
                host = try MachineHost(name)
                cgroups = ["--cgroup-driver", "cgroupfs", "--cgroup-parent", "/swiftlet-test-\(name)"]
                agent = try AgentFixture(
                    host: host,
                    folder: host.folder,
                    options: AgentFixture.quickBackoff + cgroups
                )
                unit = "swiftlet-test-\(name).service"
                try await agent.loadImage()
                let all =
                    [
                        "Type=notify", "Delegate=yes", "KillMode=process", "FileDescriptorStoreMax=64", "Restart=always",
                        "RestartSec=0", "ExecReload=/bin/kill -HUP $MAINPID",
                    ] + properties
                try await run(
                    ["systemd-run", "--unit=\(unit)", "--quiet"] + all.map { "--property=\($0)" }
                        + environment.map { "--setenv=\($0)" }
                        + [TestBinaries.swiftlet, "agent"] + agent.folders + agent.options
                )
            }

            @discardableResult
            func run(_ arguments: [String]) async throws -> String {
                try await host.run(Command(arguments)).checked().text
            }

            func property(_ name: String) async throws -> String {
                let text = try await run(["systemctl", "show", "--value", "--property", name, unit])
                return String(text.prefix { $0 != "\n" })
            }

            /// Asks until a property is as wanted: systemd handles what it is told in its own time.
            func wait(for name: String, _ value: String) async throws {
                let deadline = Deadline(in: .seconds(60))
                var last = ""
                while last != value {
                    if deadline.hasPassed { throw WaitFailure(what: "\(name)=\(value)", last: last) }
                    last = try await property(name)
                    if last != value { try await agent.perform { _ = poll(nil, 0, 50) } }
                }
            }

            func end() async throws {
                try await agent.removeAll()
                try await run(["systemctl", "stop", unit])
                try await reset()
            }

            func reset() async throws {
                try await run(
                    [
                        TestBinaries.swiftlet, "reset", "--images", "--root", agent.root, "--run-root", agent.runRoot,
                        "--log-root", agent.logs,
                    ] + cgroups
                )
                host.close()
            }
        }

        private func pod(_ name: String) -> String { Manifest.pod(name, image: AgentFixture.loadedImage) }

        @Test func systemdShowsTheStatus() async throws {
            let machine = try await Machine("status")
            // systemd-run returns when the service has said that it is ready.
            #expect(try await machine.property("ActiveState") == "active")
            try await machine.wait(for: "StatusText", "0 pods, 0 running")
            try machine.agent.put("a.yaml", pod("a"))
            try await machine.wait(for: "StatusText", "1 pod, 1 running")
            try await machine.run(["systemctl", "reload", machine.unit])
            try await machine.wait(for: "ActiveState", "active")
            try await machine.end()
        }

        @Test func monitorsAreKeptByTheStore() async throws {
            let machine = try await Machine("store")
            let agent = machine.agent
            for name in ["a", "b"] { try agent.put("\(name).yaml", pod(name)) }
            var pids: [String: Int64] = [:]
            for name in ["a", "b"] {
                let container = try #require(try await agent.waitRunning(name).container("main"))
                pids[name] = try await agent.pid(of: container)
            }
            try await machine.wait(for: "NFileDescriptorStore", "2")
            let before = try await machine.property("MainPID")
            // A stop that systemd sees as a failure, and one that somebody asks for.
            try ProcessHandle(pid: try #require(pid_t(before))).signal(SIGKILL)
            try await machine.wait(for: "NRestarts", "1")
            try await machine.wait(for: "ActiveState", "active")
            try await machine.run(["systemctl", "restart", machine.unit])
            #expect(try await machine.property("MainPID") != before)
            for name in ["a", "b"] {
                let container = try #require(try await agent.waitRunning(name).container("main"))
                #expect(container.restarts == 0)
                expect(try await agent.pid(of: container), is: try #require(pids[name]))
            }
            try await machine.wait(for: "NFileDescriptorStore", "2")
            try agent.remove("a.yaml")
            try await machine.wait(for: "NFileDescriptorStore", "1")
            try await machine.end()
        }

        @Test func aStoreThatIsFullChangesNothing() async throws {
            let machine = try await Machine("full", ["FileDescriptorStoreMax=1"])
            for name in ["a", "b"] {
                try machine.agent.put("\(name).yaml", pod(name))
                try await machine.agent.waitRunning(name)
            }
            try await machine.wait(for: "NFileDescriptorStore", "1")
            try await machine.run(["systemctl", "restart", machine.unit])
            for name in ["a", "b"] {
                expect(try await machine.agent.waitRunning(name).container("main")?.restarts, is: 0)
            }
            try await machine.end()
        }

        @Test func theWatchdogEndsAnAgentThatHangs() async throws {
            let machine = try await Machine(
                "hang",
                ["WatchdogSec=5s", "WatchdogSignal=SIGKILL"],
                environment: ["SWIFTLET_FAILPOINT=folder-read:hang"]
            )
            try machine.agent.put("a.yaml", pod("a"))
            try await machine.wait(for: "NRestarts", "1")
            try await machine.wait(for: "ActiveState", "active")
            // The next one has read the folder before its loop begins, and runs the pod.
            try await machine.agent.waitRunning("a")
            // Its own removal would hang again: the file stays until the unit is gone.
            try await machine.run(["systemctl", "stop", machine.unit])
            try await machine.agent.start()
            try await machine.agent.removeAll()
            try await machine.agent.stop()
            try await machine.reset()
        }

        @Test func theJournalHasTheFields() async throws {
            let machine = try await Machine("journal")
            try machine.agent.put("a.yaml", pod("field"))
            let seen = try await machine.agent.waitRunning("field")
            let match = [
                "journalctl", "--output=json", "_SYSTEMD_UNIT=\(machine.unit)", "POD_NAMESPACE=default", "POD_NAME=field",
            ]
            let deadline = Deadline(in: .seconds(60))
            var entry: JSONNode?
            // journald writes in its own time.
            while entry == nil, !deadline.hasPassed {
                let lines = try await machine.run(match).split(separator: "\n")
                let entries = try lines.map { try JSON.parse(Array($0.utf8)) }
                entry = entries.first { $0["MESSAGE"]?.stringValue == "container started" }
                if entry == nil { try await machine.agent.perform { _ = poll(nil, 0, 100) } }
            }
            let found = try #require(entry)
            #expect(found["PRIORITY"]?.stringValue == "6")
            #expect(found["SYSLOG_IDENTIFIER"]?.stringValue == "swiftlet")
            #expect(found["POD_UID"]?.stringValue == seen.uid)
            #expect(found["CONTAINER_NAME"]?.stringValue == "main")
            #expect(found["CODE_FILE"]?.stringValue?.contains("PodWorker") == true)
            #expect(found["CODE_LINE"]?.stringValue != nil && found["CODE_FUNC"]?.stringValue != nil)
            try await machine.end()
        }

        @Test func theLifeOfAPodIsInTheJournal() async throws {
            let machine = try await Machine("events", environment: ["SWIFTLET_JOURNAL_CONTAINERS=true"])
            let agent = machine.agent
            try agent.put(
                "short.yaml",
                Manifest.pod(
                    "short",
                    "echo said; echo complained >&2; exit 3",
                    image: AgentFixture.loadedImage,
                    restart: "Never"
                )
            )
            try agent.put("greedy.yaml", Manifest.greedy(image: AgentFixture.loadedImage))
            let short = try await agent.waitEnded("short")
            try await agent.waitEnded("greedy")
            try await agent.removeAll()
            try await machine.run(["systemctl", "stop", machine.unit])
            try await machine.run(["journalctl", "--sync"])
            func entries(_ matches: String...) async throws -> [JSONNode] {
                try await machine.run(["journalctl", "--output=json", "--no-pager"] + matches).split(separator: "\n").map {
                    try JSON.parse(Array($0.utf8))
                }
            }
            func words(_ pod: String) async throws -> [String] {
                try await entries("_SYSTEMD_UNIT=\(machine.unit)", "POD_NAME=\(pod)").compactMap {
                    $0["SWIFTLET_EVENT"]?.stringValue
                }
            }
            // What is logged is in the order in which it happened.
            expect(try await words("short"), is: ["create", "ready", "start", "died", "remove"])
            #expect(try await words("greedy").contains("oom"))
            let died = try #require(
                try await entries("_SYSTEMD_UNIT=\(machine.unit)", "POD_NAME=short", "SWIFTLET_EVENT=died").first
            )
            let golden = [
                "MESSAGE_ID": "81db7b0919a14dde8b7cd6643ca5acf7", "SWIFTLET_TYPE": "container", "SWIFTLET_EXIT_CODE": "3",
                "CONTAINER_NAME": "main", "POD_NAMESPACE": "default", "POD_UID": short.uid,
            ]
            for (name, value) in golden { #expect(died[name]?.stringValue == value, "\(name)") }
            let agentWords = try await entries("_SYSTEMD_UNIT=\(machine.unit)", "SWIFTLET_TYPE=agent").compactMap {
                $0["SWIFTLET_EVENT"]?.stringValue
            }
            expect(agentWords, is: ["ready", "stop"])

            // And what the container wrote, under its own name.
            let written = try await entries("POD_UID=\(short.uid)", "CONTAINER_TAG=short/main")
            let priorities = Dictionary(
                written.map { ($0["MESSAGE"]?.stringValue ?? "", $0["PRIORITY"]?.stringValue ?? "") },
                uniquingKeysWith: { $1 }
            )
            expect(priorities, is: ["said": "6", "complained": "3"])
            try await machine.reset()
        }

        @Test func aSocketUnitKeepsClientsWaiting() async throws {
            let host = try MachineHost("socket")
            let agent = try AgentFixture(host: host, folder: host.folder)
            let unit = "swiftlet-test-socket"
            // Not where others have theirs: a reset leaves nothing in there.
            let cgroups = ["--cgroup-driver", "cgroupfs", "--cgroup-parent", "/\(unit)"]
            let run = { (arguments: [String]) async throws in try await host.run(Command(arguments)).checked() }
            _ = try await run(
                [
                    "systemd-run", "--unit=\(unit)", "--quiet", "--property=Type=notify", "--property=KillMode=process",
                    "--socket-property=ListenStream=\(agent.socket)", "--socket-property=FileDescriptorName=swiftlet",
                    "--socket-property=SocketMode=0660",
                    TestBinaries.swiftlet, "agent",
                ] + agent.folders + cgroups
            )
            // The first client is what starts it.
            _ = try await agent.call("rpc.ping")
            _ = try await run(["systemctl", "stop", "\(unit).service"])
            // Not even a reset takes the socket away.
            _ = try await run(
                [
                    TestBinaries.swiftlet, "reset", "--root", agent.root, "--run-root", agent.runRoot, "--log-root",
                    agent.logs,
                ] + cgroups
            )
            #expect(try FileSystem.status(agent.socket).permissions == 0o660)
            _ = try await agent.call("rpc.ping")
            _ = try await run(["systemctl", "restart", "\(unit).service"])
            _ = try await agent.call("rpc.ping")
            _ = try await run(["systemctl", "stop", "\(unit).socket", "\(unit).service"])
            host.close()
        }
    }
}
