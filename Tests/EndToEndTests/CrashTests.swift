import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// The agent is killed: nothing that runs notices, and the next agent finishes or removes what was half made.
    @Suite struct CrashTests {
        /// Fail points of a pod's start and of its removal, in the order in which they are passed.
        static let starting = [
            "record-written", "cgroup-made", "namespaces-made", "network-ready", "sandbox-ready", "volumes-ready",
            "image-ready", "container-prepared", "container-started", "state-saved",
        ]
        static let removing = [
            "container-terminated", "container-killed", "container-ended", "containers-removed", "network-removed",
            "namespaces-removed", "mounts-removed", "cgroup-removed", "logs-removed", "run-directory-removed",
            "record-removed",
        ]

        /// It ends at SIGTERM, unless it is told to be deaf.
        static func pod(isDeaf: Bool = false) -> String {
            Manifest.pod(
                "crash",
                """
                mkdir -p /scratch/a
                trap '\(isDeaf ? "" : "exit 0")' TERM
                httpd -f -p 80 -h /www &
                while :; do wait; done
                """,
                image: AgentFixture.loadedImage,
                grace: 1,
                container: """
                    ports: [{containerPort: 80, hostPort: 8090}]
                    volumeMounts: [{name: scratch, mountPath: /scratch}]
                    """,
                spec: "volumes: [{name: scratch, emptyDir: {}}]"
            )
        }

        @Test(arguments: starting) func killedAtAStepOfAStart(_ failPoint: String) async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await CrashTests.snapshot(agent)
            try await agent.stop()

            try agent.put("crash.yaml", CrashTests.pod())
            try await agent.launch(failPoint: failPoint)
            expect(try await agent.waitForEnd(), is: ExitStatus.signaled(SIGKILL), "\(failPoint) was not passed")

            try await agent.start()
            let pod = try await agent.waitRunning("crash")
            #expect(pod.container("main")?.restarts == 0)
            expect(try await agent.host.page("http://127.0.0.1:8090/"), is: "a page of a pod\n")
            // What runs, runs once.
            let processes = try await agent.host.snapshot().sections["processes"] ?? []
            #expect(processes.filter { $0.hasPrefix("   httpd ") }.count == 1, "\(processes)")
            #expect(processes.filter { $0.contains("swiftlet-monitor") }.count == 1, "\(processes)")

            try agent.remove("crash.yaml")
            try await agent.waitGone("crash")
            expectUnchanged(try await CrashTests.snapshot(agent), since: before)
            agent.host.close()
        }

        @Test func rulesThatGoWhileNoAgentRunsAreMadeAgain() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            try agent.put("crash.yaml", CrashTests.pod())
            try await agent.waitRunning("crash")
            expect(try await agent.host.page("http://127.0.0.1:8090/"), is: "a page of a pod\n")
            try await agent.kill()
            try await agent.host.run("nft", "flush", "ruleset").checked()

            // No pod comes or goes: that alone would make them.
            try await agent.start()
            expect(try await agent.host.page("http://127.0.0.1:8090/"), is: "a page of a pod\n")
            try await agent.removeAll()
            agent.host.close()
        }

        @Test(arguments: removing) func killedAtAStepOfARemoval(_ failPoint: String) async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await CrashTests.snapshot(agent)
            try await agent.stop()

            try agent.put("crash.yaml", CrashTests.pod(isDeaf: failPoint == "container-killed"))
            try await agent.start(failPoint: failPoint)
            try await agent.waitRunning("crash")
            try agent.remove("crash.yaml")
            expect(try await agent.waitForEnd(), is: ExitStatus.signaled(SIGKILL), "\(failPoint) was not passed")

            try await agent.start()
            try await agent.waitGone("crash")
            expectUnchanged(try await CrashTests.snapshot(agent), since: before)
            agent.host.close()
        }

        @Test func killedWhilePodsRun() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            for name in ["stays", "changes", "goes", "dies"] { try agent.put("\(name).yaml", loaded(name)) }
            try agent.put("ends.yaml", loaded("ends", "exec sleep 100000", restart: "Never"))
            var before: [String: PodView] = [:]
            for name in ["stays", "changes", "goes", "dies", "ends"] {
                before[name] = try await agent.waitRunning(name)
            }
            let stays = try #require(before["stays"]?.container("main"))
            let pid = try await agent.pid(of: stays)
            let dies = try await agent.pid(of: #require(before["dies"]?.container("main")))
            let ends = try await agent.pid(of: #require(before["ends"]?.container("main")))

            try await agent.kill()
            // The world goes on without it.
            try agent.put("changes.yaml", loaded("changes", "echo changed; exec sleep 100000"))
            try agent.remove("goes.yaml")
            try agent.put("comes.yaml", loaded("comes"))
            try await agent.host.run("kill", "-KILL", "\(dies)").checked()
            try await agent.host.run("kill", "-TERM", "\(ends)").checked()
            // It may be gone by now.
            _ = try await agent.host.run("kill", "-KILL", "\(ends)")
            try await agent.start()

            let still = try await agent.waitRunning("stays")
            #expect(still.uid == before["stays"]?.uid)
            #expect(still.container("main")?.id == stays.id)
            #expect(still.container("main")?.restarts == 0)
            expect(try await agent.pid(of: #require(still.container("main"))), is: pid)
            #expect(still.ip == before["stays"]?.ip)

            let changed = try await agent.wait(for: "changes", until: "changed") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            #expect(changed.uid == before["changes"]?.uid)
            try await agent.waitGone("goes")
            try await agent.waitRunning("comes")
            let restarted = try await agent.wait(for: "dies", until: "restarted") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            #expect(restarted.container("main")?.lastEnd?.exitCode == 137)
            let ended = try await agent.waitEnded("ends")
            #expect(ended.phase == "Failed")
            #expect(ended.container("main")?.end?.exitCode == 137)
            #expect(ended.container("main")?.restarts == 0)

            // The adopted pod is as governable as ever.
            expect(try await agent.exec("stays", "echo here"), is: "here\n")
            try await agent.removeAll()
            agent.host.close()
        }

        @Test func killedOverAndOver() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await CrashTests.snapshot(agent)
            // At whatever moment of the pods' start the kill comes.
            for round in 0..<6 {
                for number in 0..<3 {
                    try agent.put("\(number).yaml", loaded("over-\(number)", "echo \(round); exec sleep 9999"))
                }
                try await agent.wait(for: "over-\(round % 3)") { _ in true }
                try await agent.kill()
                try await agent.start()
            }
            for number in 0..<3 {
                // The container of an earlier round may still run; its log ends when the last agent replaces it.
                for attempt in 0... {
                    try await agent.waitRunning("over-\(number)")
                    do { try await agent.waitForLogLine("over-\(number)", "5") } catch where attempt < 100 { continue }
                    break
                }
                let restarts = try await agent.pod("over-\(number)")?.container("main")?.restarts
                #expect(restarts ?? 6 <= 5)
            }
            try await agent.removeAll()
            expectUnchanged(try await CrashTests.snapshot(agent), since: before)
            agent.host.close()
        }

        @Test func theMonitorIsKilled() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await CrashTests.snapshot(agent)
            try agent.put("orphan.yaml", loaded("orphan"))
            try await agent.waitRunning("orphan")
            try await agent.host.run("pkill", "-KILL", "-f", "^[^ ]*swiftlet-monitor").checked()
            // A container without its monitor has no log and no exit status: it is ended and started anew.
            let pod = try await agent.wait(for: "orphan", until: "a new container") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            #expect(pod.container("main")?.lastEnd != nil)
            let processes = try await agent.host.snapshot().sections["processes"] ?? []
            #expect(processes.filter { $0.contains("sleep 100000") }.count == 1, "\(processes)")
            try await agent.removeAll()
            expectUnchanged(try await CrashTests.snapshot(agent), since: before)
            agent.host.close()
        }

        /// What one round of `hack/soak chaos` did: neither may keep a container from its start, or the agent from its own.
        @Test func filesOfTheRunDirectoryAreDeleted() async throws {
            let agent = try await CrashTests.freshAgent()
            try await agent.start()
            let before = try await CrashTests.snapshot(agent)
            try agent.put("robbed.yaml", loaded("robbed"))
            try await agent.waitRunning("robbed")
            let folders = try FileSystem.list("\(agent.runRoot)/pods")
            let run = "\(agent.runRoot)/pods/\(try #require(folders.first))"
            try FileSystem.removeFile("\(run)/containers/main_0/status.json")
            try await agent.kill()
            try await agent.start()
            #expect(try await agent.waitRunning("robbed").container("main")?.restarts == 0)
            for name in ["hostname", "hosts", "resolv.conf"] { try FileSystem.removeFile("\(run)/etc/\(name)") }
            try await agent.host.run("pkill", "-KILL", "-f", "^sleep 100000").checked()
            try await agent.wait(for: "robbed", until: "a new container") { $0.isRunning && $0.container("main")?.restarts == 1 }
            try await agent.removeAll()
            expectUnchanged(try await CrashTests.snapshot(agent), since: before)
            agent.host.close()
        }

        @Test func theMachineLosesItsPower() async throws {
            let disk = try TemporaryDirectory("disk")
            let first = try await CrashTests.freshAgent(folder: disk("agent"))
            try await first.start()
            try first.put(
                "reboot.yaml",
                loaded(
                    "reboot",
                    "date >> /data/starts; exec sleep 100000",
                    container:
                        "volumeMounts: [{name: data, mountPath: /data}]",
                    spec: "volumes: [{name: data, emptyDir: {}}]"
                )
            )
            try first.put("gone.yaml", loaded("gone"))
            let pod = try await first.waitRunning("reboot")
            try await first.waitRunning("gone")
            let hasBegun = "for i in $(seq 1000); do [ -s /data/starts ] && break; sleep 0.05; done; wc -l < /data/starts"
            expect(try await first.exec("reboot", hasBegun), is: "1\n")
            first.host.close()
            try first.remove("gone.yaml")
            // /run is empty after a boot.
            try FileSystem.removeTree(first.runRoot)

            let second = try AgentFixture(host: try await TestHost("reboot"), folder: disk("agent"))
            try await second.start()
            let again = try await second.waitRunning("reboot")
            #expect(again.uid == pod.uid)
            try await second.waitGone("gone")
            // An emptyDir lives as long as its pod.
            // Its command runs, and has got as far as this soon.
            let lines = "for i in $(seq 200); do [ $(wc -l < /data/starts) = 2 ] && break; sleep 0.05; done; wc -l < /data/starts"
            expect(try await second.exec("reboot", lines), is: "2\n")
            try await second.removeAll()
            expect(try FileSystem.list("\(second.root)/pods"), is: [])
            expect(try FileSystem.list(second.logs), is: [])
            second.host.close()
        }

        func loaded(
            _ name: String,
            _ script: String = "exec sleep 100000",
            restart: String = "Always",
            container: String = "",
            spec: String = ""
        ) -> String {
            Manifest.pod(
                name,
                script,
                image: AgentFixture.loadedImage,
                restart: restart,
                container: container,
                spec: spec
            )
        }

        static func freshAgent(folder: String? = nil) async throws -> AgentFixture {
            let host = try await TestHost("crash")
            let agent = try AgentFixture(host: host, folder: folder ?? host.folder)
            try await agent.loadImage()
            return agent
        }

        static func snapshot(_ agent: AgentFixture) async throws -> HostSnapshot {
            try await agent.snapshot()
        }
    }
}
