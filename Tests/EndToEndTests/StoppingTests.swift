import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// SIGTERM, the grace period, SIGKILL.
    @Suite struct StoppingTests {
        @Test func aContainerMayTidyUp() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let folder = "\(stage.folder)/tidy"
            try FileSystem.makeDirectories(folder)
            try agent.put(
                "tidy.yaml",
                Manifest.pod(
                    "tidy",
                    "trap 'sleep 0.3; echo tidied > /out/result; exit 0' TERM; echo up; while :; do sleep 0.05; done",
                    grace: 30,
                    container: "volumeMounts: [{name: out, mountPath: /out}]",
                    spec: "volumes: [{name: out, hostPath: {path: \(folder)}}]"
                )
            )
            try await agent.waitRunning("tidy")
            // The trap is set when it has said so.
            expect(try await agent.firstLogLine("tidy"), is: "up")
            let began = Monotonic.now
            try await agent.removeAll()
            #expect(Monotonic.now.since(began) < .seconds(10))
            expect(try FileSystem.readText("\(folder)/result"), is: "tidied")
        }

        @Test func aContainerThatDoesNotListen() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "deaf.yaml",
                Manifest.pod("deaf", "trap '' TERM; echo up; while :; do sleep 1000; done", grace: 1)
            )
            try await agent.waitRunning("deaf")
            expect(try await agent.firstLogLine("deaf"), is: "up")
            let began = Monotonic.now
            try await agent.removeAll()
            let took = Monotonic.now.since(began)
            #expect(took >= .milliseconds(950) && took < .seconds(10), "\(took)")
        }

        @Test func theAgentEndsAndPodsGoOn() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("goes-on.yaml", Manifest.pod("goes-on"))
            let pod = try await agent.waitRunning("goes-on")
            let pid = try await agent.pid(of: #require(pod.container("main")))
            expect(try await agent.stop(), is: ExitStatus.exited(0))
            try await agent.start()
            let same = try await agent.waitRunning("goes-on")
            #expect(same.container("main")?.restarts == 0)
            expect(try await agent.pid(of: #require(same.container("main"))), is: pid)
            try await agent.removeAll()
        }

        @Test func removedBeforeItRuns() async throws {
            let agent = try await Stage.shared().agent
            let before = try await agent.snapshot()
            for round in 0..<5 {
                for number in 0..<4 {
                    try agent.put("brief-\(number).yaml", Manifest.pod("brief-\(number)", "echo \(round)"))
                }
                try await agent.wait(for: "brief-\(round % 4)") { _ in true }
                for number in 0..<4 { try agent.remove("brief-\(number).yaml") }
            }
            for number in 0..<4 { try await agent.waitGone("brief-\(number)") }
            let after = try await agent.snapshot()
            expectUnchanged(after, since: before)
        }
    }
}
