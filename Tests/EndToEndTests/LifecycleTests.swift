import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Sidecars, hooks, termination messages, stop signals, deadlines, restart rules: on real containers.
    @Suite struct LifecycleTests {
        /// Appends what it is called with to a file that all containers of a pod see; `sidecar` says so at its end too.
        private static let out = "volumeMounts: [{name: out, mountPath: /out}]"

        private static func volume(_ folder: String) -> String { "volumes: [{name: out, hostPath: {path: \(folder)}}]" }

        private static func sidecar(_ name: String) -> String {
            let script =
                "trap 'echo \(name) ends >> /out/result; exit 0' TERM; echo \(name) >> /out/result; while :; do sleep 0.05; done"
            return """
                - name: \(name)
                  image: \(Stage.image)
                  restartPolicy: Always
                  command: ["/bin/sh", "-c", \(Manifest.quoted(script))]
                  \(out)
                """
        }

        private static func folder(_ name: String) async throws -> String {
            let folder = "\(try await Stage.shared().folder)/\(name)"
            try FileSystem.makeDirectories(folder)
            return folder
        }

        private static func message(_ pod: PodView, _ state: String = "state") -> String? {
            pod.container("main")?.node[state]?["terminated"]?["message"]?.stringValue
        }

        @Test func sidecarsStartInTurnAndEndInReverse() async throws {
            let agent = try await Stage.shared().agent
            let folder = try await Self.folder("sidecars")
            let spec = """
                initContainers:
                \(Self.sidecar("one"))
                - name: step
                  image: \(Stage.image)
                  command: ["/bin/sh", "-c", "until grep -q one /out/result; do sleep 0.02; done; echo step >> /out/result"]
                  \(Self.out)
                \(Self.sidecar("two"))
                \(Self.volume(folder))
                """
            try agent.put(
                "job.yaml",
                Manifest.pod(
                    "job",
                    "until grep -q two /out/result; do sleep 0.02; done; echo work >> /out/result",
                    restart: "Never",
                    grace: 20,
                    container: Self.out,
                    spec: spec
                )
            )
            let pod = try await agent.waitEnded("job")
            #expect(pod.phase == "Succeeded")
            #expect(pod.initContainers.map(\.restarts) == [0, 0, 0])
            expect(
                try FileSystem.readText("\(folder)/result"),
                is: "one\nstep\ntwo\nwork\ntwo ends\none ends"
            )
            try await agent.removeAll()
        }

        @Test func aSidecarRunsAgainWhileThePodGoesOn() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "carried.yaml",
                Manifest.pod(
                    "carried",
                    spec: """
                        initContainers:
                        - {name: side, image: "\(Stage.image)", restartPolicy: Always, command: [sh, -c, "sleep 0.2; exit 1"]}
                        """
                )
            )
            let pod = try await agent.wait(for: "carried", until: "the sidecar restarted") {
                ($0.container("side")?.restarts ?? 0) >= 1
            }
            #expect(pod.phase == "Running")
            #expect(pod.container("main")?.restarts == 0)
            // An agent that takes over knows it as what it is.
            try await agent.kill()
            try await agent.start()
            let after = try await agent.wait(for: "carried", until: "running after the agent's end") {
                $0.phase == "Running" && $0.container("main")?.isRunning == true
            }
            #expect(after.container("main")?.restarts == 0)
            try await agent.removeAll()
        }

        @Test func whatAContainerSaysAboutItsEnd() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "says.yaml",
                Manifest.pod("says", "echo -n because > /dev/termination-log; exit 3", restart: "Never")
            )
            try agent.put(
                "logs.yaml",
                Manifest.pod(
                    "logs",
                    "echo first; echo last words; exit 1",
                    restart: "Never",
                    container: "terminationMessagePolicy: FallbackToLogsOnError"
                )
            )
            try agent.put(
                "floods.yaml",
                Manifest.pod(
                    "floods",
                    "head -c 1000000 /dev/zero | tr '\\0' x > /tmp/end",
                    restart: "Never",
                    container: "terminationMessagePath: /tmp/end\nsecurityContext: {readOnlyRootFilesystem: true}"
                )
            )
            // The file is mounted: what is put in its place is nobody's business.
            try agent.put(
                "links.yaml",
                Manifest.pod("links", "ln -sf /etc/passwd /dev/termination-log; rm -f /dev/termination-log; exit 1", restart: "Never")
            )
            expect(Self.message(try await agent.waitEnded("says")), is: "because")
            expect(Self.message(try await agent.waitEnded("logs")), is: "first\nlast words\n")
            let flood = try await agent.waitEnded("floods")
            #expect(flood.phase == "Succeeded")
            #expect(Self.message(flood) == String(repeating: "x", count: 4096))
            expect(Self.message(try await agent.waitEnded("links")), is: nil)
            try await agent.removeAll()
        }

        @Test func aMessageOutlivesTheAgent() async throws {
            let agent = try await Stage.shared().agent
            let folder = try await Self.folder("outlives")
            try agent.put(
                "outlives.yaml",
                Manifest.pod(
                    "outlives",
                    "until [ -e /out/go ]; do sleep 0.02; done; echo -n later > /dev/termination-log; touch /out/gone; exit 1",
                    restart: "Never",
                    container: Self.out,
                    spec: Self.volume(folder)
                )
            )
            try await agent.waitRunning("outlives")
            try await agent.kill()
            try FileSystem.write("\(folder)/go", [])
            let deadline = Deadline(in: .seconds(20))
            // Without an agent there is nobody who tells of it.
            while !FileSystem.exists("\(folder)/gone"), !deadline.hasPassed { try await Task.sleep(for: .milliseconds(10)) }
            try await agent.start()
            expect(Self.message(try await agent.waitEnded("outlives")), is: "later")
            try await agent.removeAll()
        }

        @Test func theManifestsStopSignal() async throws {
            let agent = try await Stage.shared().agent
            let folder = try await Self.folder("signal")
            try agent.put(
                "signal.yaml",
                Manifest.pod(
                    "signal",
                    "trap 'echo usr1 > /out/result; exit 0' USR1; trap 'echo term > /out/result; exit 0' TERM; echo up; while :; do sleep 0.05; done",
                    grace: 20,
                    container: "lifecycle: {stopSignal: SIGUSR1}\n" + Self.out,
                    spec: "os: {name: linux}\n" + Self.volume(folder)
                )
            )
            expect(try await agent.firstLogLine("signal"), is: "up")
            try await agent.removeAll()
            expect(try FileSystem.readText("\(folder)/result"), is: "usr1")
        }

        @Test func hooksComeAfterTheStartAndBeforeTheEnd() async throws {
            let agent = try await Stage.shared().agent
            let folder = try await Self.folder("hooks")
            try agent.put(
                "hooks.yaml",
                Manifest.pod(
                    "hooks",
                    "trap 'echo term >> /out/result; exit 0' TERM; echo up; while :; do sleep 0.05; done",
                    grace: 20,
                    container: """
                        lifecycle:
                          postStart: {exec: {command: [sh, -c, "echo begin >> /out/result"]}}
                          preStop: {exec: {command: [sh, -c, "sleep 0.3; echo stop >> /out/result"]}}
                        """ + "\n" + Self.out,
                    spec: Self.volume(folder)
                )
            )
            try await agent.waitRunning("hooks")
            expect(try FileSystem.readText("\(folder)/result"), is: "begin")
            expect(try await agent.firstLogLine("hooks"), is: "up")
            try await agent.removeAll()
            expect(try FileSystem.readText("\(folder)/result"), is: "begin\nstop\nterm")
        }

        @Test func aPostStartHookThatFailsEndsTheContainer() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "bad-hook.yaml",
                Manifest.pod(
                    "bad-hook",
                    restart: "Never",
                    grace: 1,
                    container: "lifecycle: {postStart: {exec: {command: [sh, -c, \"exit 1\"]}}}"
                )
            )
            let pod = try await agent.waitEnded("bad-hook")
            #expect(pod.phase == "Failed")
            #expect(pod.container("main")?.end?.exitCode == 137)
            try await agent.removeAll()
        }

        /// Both hooks hang: the container is not ready, the pod goes when it is to go, and others do not notice.
        @Test func hooksThatHang() async throws {
            let agent = try await Stage.shared().agent
            let hang = "{exec: {command: [sh, -c, \"exec sleep 100000\"]}}"
            try agent.put("hang-1.yaml", Manifest.pod("hang-1", grace: 1, container: "lifecycle: {postStart: \(hang)}"))
            try agent.put("hang-2.yaml", Manifest.pod("hang-2", grace: 1, container: "lifecycle: {preStop: \(hang)}"))
            try agent.put("well.yaml", Manifest.pod("well"))
            try await agent.waitRunning("well")
            try await agent.waitRunning("hang-2")
            let pod = try await agent.wait(for: "hang-1", until: "creating") {
                $0.container("main")?.waitingReason == "ContainerCreating"
            }
            #expect(pod.condition("Ready") == "False")
            #expect(pod.phase == "Pending")
            let began = Monotonic.now
            try agent.remove("hang-1.yaml", "hang-2.yaml")
            try await agent.waitGone("hang-1")
            try await agent.waitGone("hang-2")
            #expect(Monotonic.now.since(began) < .seconds(20))
            expect(try await agent.waitRunning("well").container("main")?.restarts, is: 0)
            try await agent.removeAll()
        }

        @Test func aPodThatIsHereForTooLong() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("late.yaml", Manifest.pod("late", grace: 0, spec: "activeDeadlineSeconds: 4"))
            try await agent.waitRunning("late")
            // The time runs on without an agent.
            try await agent.kill()
            try await agent.start()
            let pod = try await agent.waitEnded("late")
            #expect(pod.phase == "Failed")
            #expect(pod.reason == "DeadlineExceeded")
            #expect(pod.container("main")?.restarts == 0)
            #expect(pod.condition("Ready") == "False")
            try await agent.removeAll()
        }

        @Test func aContainersOwnRestartPolicyAndRules() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "rules.yaml",
                Manifest.pod(
                    "rules",
                    "echo x >> /scratch/tries; [ \"$(wc -l < /scratch/tries)\" -ge 2 ] || exit 42; exit 7",
                    restart: "Never",
                    container: """
                        restartPolicy: Never
                        restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [42]}}]
                        volumeMounts: [{name: scratch, mountPath: /scratch}]
                        """,
                    spec: "volumes: [{name: scratch, emptyDir: {}}]"
                )
            )
            let pod = try await agent.waitEnded("rules")
            #expect(pod.phase == "Failed")
            #expect(pod.container("main")?.restarts == 1)
            #expect(pod.container("main")?.lastEnd?.exitCode == 42)
            #expect(pod.container("main")?.end?.exitCode == 7)
            try await agent.removeAll()
        }

        @Test func aReadinessGateIsOpenedByAnAnnotation() async throws {
            let agent = try await Stage.shared().agent
            func text(_ annotation: String) -> String {
                Manifest.pod("gate", spec: "readinessGates: [{conditionType: example.com/warm}]")
                    .replacing("  name: gate\n", with: "  name: gate\n  annotations: {\(annotation)}\n")
            }
            try agent.put("gate.yaml", text(""))
            let closed = try await agent.waitRunning("gate")
            #expect(closed.condition("ContainersReady") == "True")
            #expect(closed.condition("Ready") == "False")
            try agent.put("gate.yaml", text("swiftlet/conditions: example.com/warm=True"))
            let open = try await agent.wait(for: "gate", until: "ready") { $0.condition("Ready") == "True" }
            #expect(open.container("main")?.restarts == 0)
            #expect(open.condition("example.com/warm") == "True")
            try await agent.removeAll()
        }
    }
}
