import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// What is somebody else's already.
    @Suite struct ConflictTests {
        @Test func aHostPortOfAnotherPod() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("owner.yaml", NetworkTests.server("owner", port: 80, host: 8601))
            let owner = try await agent.waitRunning("owner")
            try agent.put("rival.yaml", NetworkTests.server("rival", port: 80, host: 8601))
            let rival = try await agent.wait(for: "rival", until: "a conflict") { $0.complaints.contains("8601") }
            #expect(rival.complaints.contains("owner"), "\(rival.complaints)")
            #expect(!rival.isRunning)
            expect(try await stage.host.page("http://127.0.0.1:8601/"), is: "owner\n")
            expect(try await agent.pod("owner")?.container("main")?.id, is: owner.container("main")?.id)
            // The port becomes free, and the rival has it.
            try agent.remove("owner.yaml")
            try await agent.waitRunning("rival", .seconds(60))
            expect(try await stage.host.page("http://127.0.0.1:8601/"), is: "rival\n")
            try await agent.removeAll()
        }

        @Test func aHostPortOfAnotherProcess() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let server = try await stage.host.start(
                Command("/bin/busybox", "httpd", "-f", "-p", "8602", "-h", "/tmp"),
                output: "\(stage.folder)/httpd.log"
            )
            try await stage.host.waitForPort(8602)
            try agent.put("late.yaml", NetworkTests.server("late", port: 80, host: 8602))
            let late = try await agent.wait(for: "late", until: "a conflict") { $0.complaints.contains("8602") }
            #expect(!late.isRunning)
            try server.signal(SIGKILL)
            try await agent.perform { _ = try server.wait() }
            try await agent.waitRunning("late", .seconds(60))
            expect(try await stage.host.page("http://127.0.0.1:8602/"), is: "late\n")
            try await agent.removeAll()
        }

        @Test func aSecondAgent() async throws {
            let agent = try await Stage.shared().agent
            let second = try await agent.host.run(
                TestBinaries.swiftlet,
                "agent",
                "--manifests",
                agent.manifests,
                "--netconf",
                "\(agent.folder)/netconf",
                "--root",
                agent.root,
                "--run-root",
                agent.runRoot,
                "--log-root",
                agent.logs
            )
            #expect(!second.succeeded)
            #expect(second.errorText.contains("running"), "\(second)")
            #expect(try await agent.call("rpc.ping") != .null)
        }

        @Test func aHostPathThatIsNotThere() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "path.yaml",
                Manifest.pod(
                    "path",
                    container: "volumeMounts: [{name: v, mountPath: /v}]",
                    spec: "volumes: [{name: v, hostPath: {path: /no/such/folder, type: Directory}}]"
                )
            )
            let pod = try await agent.wait(for: "path", until: "an error") { $0.complaints.contains("/no/such/folder") }
            #expect(!pod.isRunning)
            try await agent.removeAll()
        }
    }
}
