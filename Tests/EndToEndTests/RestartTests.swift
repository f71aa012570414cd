import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Ends of containers, and what follows from them.
    @Suite struct RestartTests {
        @Test func aPodThatRunsOnce() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("well.yaml", Manifest.pod("well", "echo done", restart: "Never"))
            try agent.put("badly.yaml", Manifest.pod("badly", "exit 3", restart: "Never"))
            let well = try await agent.waitEnded("well")
            #expect(well.phase == "Succeeded")
            #expect(well.container("main")?.end == .init(exitCode: 0, reason: "Completed"))
            #expect(well.container("main")?.restarts == 0)
            expect(try await agent.logLines("well"), is: ["done"])
            let badly = try await agent.waitEnded("badly")
            #expect(badly.phase == "Failed")
            #expect(badly.container("main")?.end == .init(exitCode: 3, reason: "Error"))
            try await agent.removeAll()
        }

        @Test func onFailureUntilSuccess() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "retry.yaml",
                Manifest.pod(
                    "retry",
                    "echo x >> /scratch/tries; [ \"$(wc -l < /scratch/tries)\" -ge 3 ]",
                    restart: "OnFailure",
                    container: "volumeMounts: [{name: scratch, mountPath: /scratch}]",
                    spec: "volumes: [{name: scratch, emptyDir: {}}]"
                )
            )
            let pod = try await agent.waitEnded("retry")
            #expect(pod.phase == "Succeeded")
            #expect(pod.container("main")?.restarts == 2)
            #expect(pod.container("main")?.lastEnd == .init(exitCode: 1, reason: "Error"))
            try await agent.removeAll()
        }

        @Test func aCrashLoopBacksOff() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("loop.yaml", Manifest.pod("loop", "echo up; exit 5"))
            let pod = try await agent.wait(for: "loop", until: "CrashLoopBackOff after some restarts") {
                $0.container("main")?.waitingReason == "CrashLoopBackOff" && ($0.container("main")?.restarts ?? 0) >= 2
            }
            let container = try #require(pod.container("main"))
            #expect(container.lastEnd == .init(exitCode: 5, reason: "Error"))
            #expect(container.waitingMessage.contains("back-off"), "\(container.waitingMessage)")
            #expect(pod.phase == "Running")
            #expect(pod.condition("Ready") == "False")
            expect(try await agent.logLines("loop", previous: true), is: ["up"])
            // A pod that is backing off goes at once.
            try await agent.removeAll()
        }

        @Test func memoryThatIsTooMuch() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("greedy.yaml", Manifest.greedy())
            // A child of the first process is the one that is killed; the container goes on.
            try agent.put(
                "frugal.yaml",
                Manifest.pod("frugal", "exec sleep 100000", container: "resources: {limits: {memory: 16Mi}}")
            )
            let pod = try await agent.waitEnded("greedy")
            #expect(pod.phase == "Failed")
            #expect(pod.container("main")?.end?.reason == "OOMKilled")
            #expect(pod.container("main")?.end?.exitCode == 137)
            expect(try await agent.waitRunning("frugal").container("main")?.restarts, is: 0)
            try await agent.removeAll()
        }

        @Test func aSignalIsToldAsKubernetesDoes() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "segv.yaml",
                Manifest.pod("segv", "kill -SEGV $$; sleep 1 & kill -SEGV $!; wait $!", restart: "Never")
            )
            let pod = try await agent.waitEnded("segv")
            #expect(pod.container("main")?.end?.exitCode == 139)
            #expect(pod.container("main")?.end?.reason == "Error")
            try await agent.removeAll()
        }

        @Test func onlyTheContainerThatEndedStartsAgain() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "pair.yaml",
                Manifest.pod(
                    "pair",
                    "exec sleep 100000",
                    spec: """
                        - {name: short, image: "\(Stage.image)", command: [sh, -c, "sleep 0.2; exit 1"]}
                        """
                )
            )
            let pod = try await agent.wait(for: "pair", until: "a restart") {
                ($0.container("short")?.restarts ?? 0) >= 1
            }
            #expect(pod.container("main")?.restarts == 0)
            #expect(pod.container("main")?.isRunning == true)
            try await agent.removeAll()
        }
    }
}
