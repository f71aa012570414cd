import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What of the host's a pod shares, and what of its own it may set.
    @Suite struct NamespaceTests {
        @Test func theHostsProcesses() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            // It leaves a process behind that no namespace of its own takes away.
            try agent.put(
                "host-pid.yaml",
                Manifest.pod("host-pid", "setsid sleep 86399 < /dev/null > /dev/null 2>&1 & exec sleep 100000", spec: "hostPID: true")
            )
            try await agent.waitRunning("host-pid")
            let seen = try await agent.exec("host-pid", "readlink /proc/self/ns/pid; ls -d /proc/[0-9]* | wc -l")
                .split(separator: "\n").map(String.init)
            expect(seen.first ?? "", is: try await stage.host.run("/bin/readlink", "/proc/self/ns/pid").line)
            expect(try await stage.host.run("/usr/bin/pgrep", "-fxc", "sleep 86399").text, is: "1\n")
            try await agent.removeAll()
            expect(try await stage.host.run("/usr/bin/pgrep", "-fxc", "sleep 86399").text, is: "0\n")
        }

        @Test func theHostsSharedMemory() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("host-ipc.yaml", Manifest.pod("host-ipc", spec: "hostIPC: true\nhostNetwork: true"))
            try await agent.waitRunning("host-ipc")
            expect(
                try await agent.exec("host-ipc", "readlink /proc/self/ns/ipc").split(separator: "\n").first.map(String.init),
                is: try await stage.host.run("/bin/readlink", "/proc/self/ns/ipc").line
            )
            let devices = try await agent.exec("host-ipc", "stat -c %d /dev/shm")
            expect(devices, is: try await stage.host.run("/usr/bin/stat", "-c", "%d", "/dev/shm").text)
            // All of it is there after a restart of the agent: nothing is made anew.
            let before = try await agent.pod("host-ipc")?.container("main")?.id
            try await agent.kill()
            try await agent.start()
            try await agent.waitRunning("host-ipc")
            expect(try await agent.pod("host-ipc")?.container("main")?.id, is: before)
            try await agent.removeAll()
        }

        @Test func containersThatSeeEachOther() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put(
                "shared.yaml",
                Manifest.pod(
                    "shared",
                    // What it leaves behind, twice over, is nobody's but the init's.
                    "(sh -c 'sleep 0.1 & exit' &); exec sleep 100000",
                    spec: "shareProcessNamespace: true"
                ).replacing(
                    "  containers:\n",
                    with: """
                          containers:
                          - name: other
                            image: \(Stage.image)
                            command: [sleep, "100001"]

                        """
                )
            )
            try await agent.waitRunning("shared")
            expect(try await agent.exec("shared", "cat /proc/1/comm", container: "main"), is: "init\n")
            let seen = try await agent.exec("shared", "ps", container: "other")
            expect(seen, contains: "sleep 100000")
            expect(seen, contains: "sleep 100001")
            try await agent.waitForReaped("shared")

            // It goes on over a restart of the agent.
            let before = try await agent.pod("shared")?.container("main")?.id
            try await agent.kill()
            try await agent.start()
            try await agent.waitRunning("shared")
            expect(try await agent.pod("shared")?.container("main")?.id, is: before)
            expect(try await agent.exec("shared", "cat /proc/1/comm", container: "main"), is: "init\n")

            // Where the init dies, all die, and are there again in a new namespace.
            try await stage.host.run("/usr/bin/pkill", "-KILL", "-fx", "/init pod-init").checked()
            try await agent.wait(for: "shared", until: "a second life") { pod in
                pod.isRunning && pod.containers.allSatisfy { $0.restarts == 1 }
            }
            expect(try await agent.exec("shared", "ps", container: "main"), contains: "sleep 100001")
            try await agent.removeAll()
            expect(try await stage.host.run("/usr/bin/pgrep", "-fxc", "/init pod-init").text, is: "0\n")
        }

        @Test func parametersOfItsOwnNamespaces() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "sysctls.yaml",
                Manifest.pod(
                    "sysctls",
                    spec: """
                        securityContext:
                          sysctls:
                          - {name: net.ipv4.ip_unprivileged_port_start, value: "80"}
                          - {name: kernel.shm_rmid_forced, value: "1"}
                        """
                )
            )
            try agent.put(
                "unsafe.yaml",
                Manifest.pod("unsafe", spec: "securityContext: {sysctls: [{name: net.core.somaxconn, value: '99'}]}")
            )
            try await agent.waitRunning("sysctls")
            expect(
                try await agent.exec(
                    "sysctls",
                    "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/shm_rmid_forced"
                ),
                is: "80\n1\n"
            )
            expect(try FileSystem.readText("/proc/sys/net/ipv4/ip_unprivileged_port_start"), is: "1024")
            let refused = try await agent.wait(for: "unsafe", until: "a refusal") { $0.phase == "Failed" }
            #expect(refused.reason == "SysctlForbidden")
            expect(
                refused.node["status"]?["message"]?.stringValue ?? "",
                is: "Pod was rejected: forbidden sysctl: \"net.core.somaxconn\" not allowlisted"
            )
            try await agent.removeAll()
        }

        @Test func whoRunsAndInWhichGroups() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "groups.yaml",
                Manifest.pod(
                    "groups",
                    container: "volumeMounts: [{name: scratch, mountPath: /scratch}]",
                    spec: """
                        securityContext:
                          runAsUser: 1000
                          runAsGroup: 2000
                          fsGroup: 3000
                          supplementalGroups: [4000]
                          supplementalGroupsPolicy: Strict
                        volumes: [{name: scratch, emptyDir: {}}]
                        """
                )
            )
            try await agent.waitRunning("groups")
            expect(try await agent.exec("groups", "id -G"), is: "2000 3000 4000\n")
            expect(
                try await agent.exec("groups", "touch /scratch/x && stat -c %g:%A /scratch/x /scratch"),
                is: "3000:-rw-r--r--\n3000:drwxrwsrwx\n"
            )
            try await agent.removeAll()
        }
    }
}

extension AgentFixture {
    /// Waits until no zombie is left in a pod.
    fileprivate func waitForReaped(_ pod: String) async throws {
        let script = "for n in $(seq 100); do grep -l '^State:.Z' /proc/[0-9]*/status 2> /dev/null || { echo none; break; }; sleep 0.1; done"
        expect(try await exec(pod, script, container: "main"), contains: "none")
    }
}

extension Command.Outcome {
    /// The output without the end of its line.
    fileprivate var line: String { text.split(separator: "\n").first.map(String.init) ?? "" }
}
