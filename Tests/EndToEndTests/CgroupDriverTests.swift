import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// Pods on a machine of systemd's, with both cgroup drivers: what systemd sees of them, and what the kernel enforces.
@Suite(.serialized, .needsSystemdMachine) struct CgroupDriverTests {
    /// An agent on the machine itself, with folders of its own.
    private struct Machine {
        let host: MachineHost
        let agent: AgentFixture

        init(_ driver: String) async throws {
            host = try MachineHost("driver")
            agent = try AgentFixture(host: host, folder: host.folder, options: Self.options(driver))
            try await agent.loadImage()
            try await agent.start()
        }

        static func options(_ driver: String) -> [String] { AgentFixture.quickBackoff + ["--cgroup-driver", driver] }

        func systemctl(_ arguments: String...) async throws -> String {
            try await host.run(Command(["systemctl"] + arguments)).text
        }

        func property(_ name: String, of unit: String) async throws -> String {
            let text = try await systemctl("show", "--value", "--property", name, unit)
            return String(text.prefix { $0 != "\n" })
        }

        /// The cgroup of a container's first process.
        func cgroup(of container: ContainerView) async throws -> String {
            let pid = try await agent.pid(of: container)
            let text = try FileSystem.readText("/proc/\(pid)/cgroup")
            return String(text.split(separator: "\n").first { $0.hasPrefix("0::") }?.dropFirst(3) ?? "")
        }

        /// Runs a test and ends what it made, whatever became of it.
        static func with(_ driver: String, _ body: (Machine) async throws -> Void) async throws {
            let machine = try await Machine(driver)
            do { try await body(machine) } catch {
                Command.printError(machine.agent.log)
                try await machine.end()
                throw error
            }
            try await machine.agent.removeAll()
            try await machine.end()
        }

        private func end() async throws {
            host.endProcesses()
            try await host.run(
                TestBinaries.swiftlet,
                "reset",
                "--images",
                "--root",
                agent.root,
                "--run-root",
                agent.runRoot,
                "--log-root",
                agent.logs
            ).checked()
            host.close()
        }
    }

    private func slice(of pod: PodView) -> String {
        "swiftlet-pod\(pod.uid.replacing("-", with: "_")).slice"
    }

    @Test func systemdSeesASliceAndAScope() async throws {
        try await Machine.with("systemd") { machine in
            let agent = machine.agent
            try agent.put(
                "web.yaml",
                Manifest.pod(
                    "web",
                    image: AgentFixture.loadedImage,
                    container: "resources: {requests: {cpu: 500m}, limits: {cpu: 500m, memory: 64Mi}}"
                )
            )
            let pod = try await agent.waitRunning("web")
            let container = try #require(pod.container("main"))
            let slice = slice(of: pod)
            let scope = "swiftlet-\(container.id).scope"
            #expect(try await machine.property("ActiveState", of: slice) == "active")
            #expect(try await machine.property("ActiveState", of: scope) == "active")
            #expect(try await machine.property("Delegate", of: scope) == "yes")
            #expect(try await machine.property("Slice", of: scope) == slice)
            #expect(try await machine.property("CPUQuotaPerSecUSec", of: slice) == "500ms")
            let path = "/swiftlet.slice/\(slice)/\(scope)"
            #expect(try await machine.cgroup(of: container) == "\(path)/container")
            #expect(try FileSystem.readText("/sys/fs/cgroup\(path)/container/memory.max") == "\(64 << 20)")
            #expect(try FileSystem.readText("/sys/fs/cgroup\(path)/container/cpu.max") == "50000 100000")
            #expect(try FileSystem.readText("/sys/fs/cgroup/swiftlet.slice/\(slice)/memory.max") == "\(68 << 20)")
            // The monitor is in the scope, and not in the container.
            let monitors = try FileSystem.readText("/sys/fs/cgroup\(path)/monitor/cgroup.procs").split(separator: "\n")
            #expect(monitors.count == 1)

            try await agent.removeAll()
            #expect(try await machine.property("LoadState", of: scope) == "not-found")
            #expect(!FileSystem.exists("/sys/fs/cgroup/swiftlet.slice/\(slice)"))
            #expect(
                try await machine.systemctl(
                    "list-units",
                    "--all",
                    "--plain",
                    "--no-legend",
                    "swiftlet-pod*",
                    "swiftlet-*.scope"
                ) == ""
            )
        }
    }

    @Test(arguments: ["systemd", "cgroupfs"])
    func podsOutliveTheAgent(driver: String) async throws {
        try await Machine.with(driver) { machine in
            let agent = machine.agent
            try agent.put("web.yaml", Manifest.pod("web", image: AgentFixture.loadedImage))
            let before = try await agent.waitRunning("web")
            let container = try #require(before.container("main"))
            let pid = try await agent.pid(of: container)
            try await agent.kill()
            // Not even systemd's look at its units changes that.
            _ = try await machine.systemctl("daemon-reload")
            _ = try await machine.systemctl("daemon-reexec")
            try await agent.start()
            let after = try await agent.waitRunning("web")
            #expect(after.container("main")?.restarts == 0)
            #expect(try await agent.pid(of: try #require(after.container("main"))) == pid)
            // The connection to systemd that was closed by the reexec is made anew.
            try agent.put("next.yaml", Manifest.pod("next", image: AgentFixture.loadedImage))
            _ = try await agent.waitRunning("next")
            _ = try await machine.systemctl("daemon-reexec")
            try agent.put("third.yaml", Manifest.pod("third", image: AgentFixture.loadedImage))
            _ = try await agent.waitRunning("third")
        }
    }

    @Test(arguments: ["systemd", "cgroupfs"])
    func memoryThatIsTooMuch(driver: String) async throws {
        try await Machine.with(driver) { machine in
            try machine.agent.put("greedy.yaml", Manifest.greedy(image: AgentFixture.loadedImage))
            let pod = try await machine.agent.waitEnded("greedy")
            #expect(pod.container("main")?.end?.reason == "OOMKilled")
            #expect(pod.container("main")?.end?.exitCode == 137)
        }
    }

    /// A crash is followed by another attempt in another scope; the slice stays.
    @Test func aRestartedContainerGetsANewScope() async throws {
        try await Machine.with("systemd") { machine in
            let agent = machine.agent
            try agent.put("crash.yaml", Manifest.pod("crash", "sleep 0.2; exit 1", image: AgentFixture.loadedImage))
            let pod = try await agent.wait(for: "crash", until: "two restarts") {
                ($0.container("main")?.restarts ?? 0) >= 2
            }
            let place = slice(of: pod).replacing("swiftlet-", with: "swiftlet-besteffort-")
            #expect(try await machine.property("ActiveState", of: place) == "active")
        }
    }

    /// A pod stays with the driver that made it, whatever the next agent is told to use.
    @Test func anotherDriverFindsThePodsOfTheFirst() async throws {
        try await Machine.with("cgroupfs") { machine in
            let agent = machine.agent
            try agent.put("old.yaml", Manifest.pod("old", image: AgentFixture.loadedImage))
            let old = try await agent.waitRunning("old")
            let container = try #require(old.container("main"))
            #expect(
                try await machine.cgroup(of: container) == "/swiftlet/besteffort/pod\(old.uid)/\(container.id)"
            )
            try await agent.stop()

            let second = try AgentFixture(
                host: machine.host,
                folder: machine.host.folder,
                options: Machine.options("systemd")
            )
            try await second.start()
            let adopted = try await second.waitRunning("old")
            #expect(adopted.container("main")?.id == container.id)
            // Its next attempt is in the pod's own group all the same.
            #expect(kill(pid_t(try await second.pid(of: container)), SIGKILL) == 0)
            let next = try await second.wait(for: "old", until: "its second attempt runs") {
                $0.container("main")?.restarts == 1 && $0.isRunning
            }
            let again = try #require(next.container("main"))
            #expect(try await machine.cgroup(of: again) == "/swiftlet/besteffort/pod\(old.uid)/\(again.id)")
            try second.put("new.yaml", Manifest.pod("new", image: AgentFixture.loadedImage))
            let new = try await second.waitRunning("new")
            #expect(try await machine.cgroup(of: try #require(new.container("main"))).hasPrefix("/swiftlet.slice/"))
            try await second.removeAll()
            #expect(!FileSystem.exists("/sys/fs/cgroup/swiftlet/besteffort/pod\(old.uid)"))
        }
    }

    /// Somebody stops the unit of a container: its end is seen as any other.
    @Test func aScopeThatIsStoppedIsAContainerThatEnded() async throws {
        try await Machine.with("systemd") { machine in
            let agent = machine.agent
            try agent.put(
                "web.yaml",
                Manifest.pod("web", "trap 'exit 7' TERM; while :; do sleep 1; done", image: AgentFixture.loadedImage)
            )
            let pod = try await agent.waitRunning("web")
            let id = try #require(pod.container("main")).id
            _ = try await machine.systemctl("stop", "swiftlet-\(id).scope")
            let next = try await agent.wait(for: "web", until: "its second attempt") {
                $0.container("main")?.restarts == 1 && $0.isRunning
            }
            #expect(next.container("main")?.lastEnd?.exitCode == 7)
        }
    }

    @Test func theSystemdDriverWithAParentThatIsNoSlice() async throws {
        let host = try MachineHost("driver")
        defer { host.close() }
        let outcome = try await host.run(
            TestBinaries.swiftlet,
            "agent",
            "--root",
            "\(host.folder)/root",
            "--run-root",
            "\(host.folder)/run",
            "--log-root",
            "\(host.folder)/log",
            "--manifests",
            host.folder,
            "--netconf",
            host.folder,
            "--cgroup-driver",
            "systemd",
            "--cgroup-parent",
            "/swiftlet"
        )
        #expect(outcome.status != .exited(0))
        #expect(outcome.errorText.contains("slice"), "\(outcome)")
    }
}
