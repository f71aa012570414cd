import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// A changed file changes as little as it can, and `swiftlet diff` says so beforehand.
    @Suite struct UpdateTests {
        private func two(_ first: String, _ second: String = "second", grace: Int = 5) -> String {
            Manifest.pod(
                "two",
                "trap 'echo bye; exit 0' TERM; echo \(first); while :; do sleep 0.1; done",
                grace: grace,
                container: """
                    volumeMounts: [{name: shared, mountPath: /shared}]
                    """,
                spec: """
                    volumes: [{name: shared, emptyDir: {}}]
                    """
            ).replacing(
                "\n  volumes:",
                with: """

                      - name: beside
                        image: \(Stage.image)
                        command: ["/bin/sh", "-c", "echo \(second); exec sleep 100000"]
                      volumes:
                    """
            )
        }

        @Test func anotherCommandRestartsThatContainer() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            try agent.put("two.yaml", two("one"))
            let before = try await agent.waitRunning("two")
            try await agent.waitForLogLine("two", "one", container: "main")
            _ = try await agent.exec("two", "echo kept > /shared/file", container: "main")

            let file = "\(agent.folder)/next.yaml"
            try FileSystem.write(file, Array(two("other").utf8))
            let told = try await agent.cli("diff", file)
            #expect(told.status == .exited(1))
            expect(told.text, contains: "pod default/two: restart container main")
            expect(told.text, contains: "spec.containers[main].command changed")
            // It has done nothing.
            expect(try await agent.pod("two")?.container("main")?.restarts, is: 0)

            try agent.put("two.yaml", two("other"))
            let after = try await agent.wait(for: "two", until: "the second attempt") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            #expect(after.uid == before.uid && after.ip == before.ip)
            // Asked to end, in its own time.
            #expect(after.container("main")?.lastEnd == .init(exitCode: 0, reason: "Completed"))
            #expect(after.container("beside")?.id == before.container("beside")?.id)
            expect(
                try await agent.pid(of: #require(after.container("beside"))),
                is: try await agent.pid(of: #require(before.container("beside")))
            )
            try await agent.waitForLogLine("two", "other", container: "main")
            expect(try await agent.exec("two", "cat /shared/file", container: "main"), is: "kept\n")

            let nothing = try await agent.cli("diff", file)
            #expect(nothing.status == .exited(0) && nothing.text.isEmpty, "\(nothing.text)")
            try await agent.removeAll()
        }

        @Test func diffTellsWhatForcesAnotherPod() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("one.yaml", Manifest.pod("one"))
            try agent.put("beside.yaml", Manifest.pod("beside"))
            try await agent.waitRunning("one")
            try await agent.waitRunning("beside")
            let file = "\(agent.folder)/next.yaml"
            try FileSystem.write(file, Array(Manifest.pod("one", spec: "hostname: other").utf8))
            let told = try await agent.cli("diff", file)
            #expect(told.status == .exited(1))
            expect(told.text, contains: "pod default/one: recreate\n  spec.hostname: (none) → other\n")
            expect(try await agent.cli("diff", "--prune", file).text, contains: "pod default/beside: removed\n")
            try FileSystem.write(file, Array(Manifest.pod("fresh").utf8))
            expect(try await agent.cli("diff", file).text, contains: "pod default/fresh: new\n")
            try FileSystem.write(file, Array("kind: Pod\n".utf8))
            expect(try await agent.cli("diff", file).status, is: .exited(2))
            expect(try await agent.cli("diff", "\(agent.folder)/absent.yaml").status == .exited(1), is: false)
            // The socket for looking may ask.
            let plan = try await agent.call(
                "pod.diff",
                ["manifests": [["file": "x.yaml", "text": JSONNode(Manifest.pod("one"))]]]
            )
            #expect(plan["pods"]?[0]?["action"]?.stringValue == "none")
            try await agent.removeAll()
        }

        @Test func theAgentIsKilledInTheMiddleOfIt() async throws {
            let agent = try await CrashTests.freshAgent()
            // The old container has been asked to end, and its end is not known to anybody.
            try await agent.start(failPoint: "container-terminated")
            func pod(_ word: String) -> String {
                Manifest.pod(
                    "changes",
                    "trap 'exit 0' TERM; echo \(word); while :; do sleep 0.1; done",
                    image: AgentFixture.loadedImage,
                    grace: 5
                )
            }
            try agent.put("changes.yaml", pod("one"))
            let before = try await agent.waitRunning("changes")
            try agent.put("changes.yaml", pod("two"))
            expect(try await agent.waitForEnd(), is: ExitStatus.signaled(9))
            try await agent.start()
            let after = try await agent.wait(for: "changes", until: "the second attempt") {
                $0.isRunning && $0.container("main")?.restarts == 1
            }
            #expect(after.uid == before.uid)
            try await agent.waitForLogLine("changes", "two")
            try await agent.removeAll()
            agent.host.close()
        }
    }
}
