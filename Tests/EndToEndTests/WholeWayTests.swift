import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// From a file to a page and back to nothing.
    @Suite struct WholeWayTests {
        static let page = Manifest.pod(
            "page",
            "exec httpd -f -p 80 -h /www",
            container: "ports:\n- {containerPort: 80, hostPort: 8088}"
        )

        @Test func fromFileToPageAndBackToNothing() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let before = try await agent.snapshot()

            try agent.put("page.yaml", WholeWayTests.page)
            let pod = try await agent.waitRunning("page")
            #expect(pod.phase == "Running")
            #expect(pod.ip.hasPrefix("10.92.0."))
            #expect(pod.condition("Ready") == "True")
            #expect(pod.container("main")?.restarts == 0)
            #expect(pod.container("main")?.imageID.contains("sha256:") == true)
            for address in ["127.0.0.1:8088", "\(pod.ip):80"] {
                expect(try await stage.host.page("http://\(address)/"), is: "a page of a pod\n", "\(address)")
            }
            let during = try await agent.snapshot().changes(since: before)
            for kind in ["links", "mounts", "cgroups", "processes", "files", "firewall"] {
                #expect(during.contains { $0.hasPrefix("+ \(kind)") }, "\(kind)")
            }

            try agent.remove("page.yaml")
            try await agent.waitGone("page")
            expectUnchanged(try await agent.snapshot(), since: before)
            let answer = try await stage.host.run("curl", "-sS", "--max-time", "5", "http://127.0.0.1:8088/")
            #expect(!answer.succeeded)
        }

        @Test func agentAndAllPodsLeaveNothing() async throws {
            let host = try await TestHost("reset")
            let before = try await host.snapshot(files: [host.folder])
            let agent = try AgentFixture(host: host, folder: "\(host.folder)/agent")
            try await agent.loadImage()
            try await agent.start()
            try agent.put("page.yaml", WholeWayTests.page.replacing(Stage.image, with: AgentFixture.loadedImage))
            try await agent.waitRunning("page")
            expect(try await agent.stop(), is: ExitStatus.exited(0))
            // The pod goes on without its agent.
            expect(try await host.page("http://127.0.0.1:8088/"), is: "a page of a pod\n")

            let reset = try await host.run(
                TestBinaries.swiftlet,
                "reset",
                "--images",
                "--root",
                agent.root,
                "--run-root",
                agent.runRoot,
                "--log-root",
                agent.logs
            )
            #expect(reset.succeeded, "\(reset)")
            for folder in [agent.root, agent.runRoot, agent.logs] { expect(try FileSystem.list(folder), is: [], "\(folder)") }
            try FileSystem.removeTree(agent.folder)
            expectUnchanged(try await host.snapshot(files: [host.folder]), since: before)
        }

        @Test func aChangedFileReplacesThePod() async throws {
            let agent = try await Stage.shared().agent
            let script = { (text: String) in "echo \(text); exec sleep 100000" }
            try agent.put("change.yaml", Manifest.pod("change", script("one")))
            let first = try await agent.waitRunning("change")
            let pid = try await agent.pid(of: #require(first.container("main")))

            // Another name of the file and another label are no other pod.
            try FileSystem.rename("\(agent.manifests)/change.yaml", "\(agent.manifests)/renamed.yaml")
            try agent.put(
                "renamed.yaml",
                Manifest.pod("change", script("one"))
                    .replacing("  name: change", with: "  name: change\n  labels: {a: b}")
            )
            let same = try await agent.wait(for: "change", until: "the label") {
                $0.node["metadata"]?["labels"]?["a"]?.stringValue == "b"
            }
            #expect(same.uid == first.uid)
            expect(try await agent.pid(of: #require(same.container("main"))), is: pid)

            try agent.put("renamed.yaml", Manifest.pod("change", script("two")))
            // Another command is another container of the same pod.
            let second = try await agent.wait(for: "change", until: "the new container running") {
                $0.container("main")?.restarts == 1 && $0.isRunning
            }
            #expect(second.uid == first.uid)
            #expect(second.ip == first.ip)
            expect(try await agent.firstLogLine("change"), is: "two")
            // Another hostname is another pod.
            try agent.put("renamed.yaml", Manifest.pod("change", script("three"), spec: "hostname: other"))
            let third = try await agent.wait(for: "change", until: "the new pod running") {
                $0.uid != first.uid && $0.isRunning
            }
            #expect(third.container("main")?.restarts == 0)
            expect(try await agent.firstLogLine("change"), is: "three")
            #expect(!FileSystem.exists("\(agent.runRoot)/pods/\(first.uid)"))
            #expect(!FileSystem.exists("\(agent.root)/pods/\(first.uid)"))
            try await agent.removeAll()
        }

        @Test func twentyPodsAtOnce() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let before = try await agent.snapshot()
            let names = (0..<20).map { "many-\($0)" }
            // Half of them in one file.
            let (together, apart) = (names.prefix(10), names.suffix(10))
            try agent.put("many.yaml", together.map { Manifest.pod($0) }.joined(separator: "\n---\n"))
            for name in apart { try agent.put("\(name).yaml", Manifest.pod(name)) }
            var addresses: Set<String> = []
            for name in names { addresses.insert(try await agent.waitRunning(name, .seconds(60)).ip) }
            #expect(addresses.count == 20)
            #expect(!addresses.contains(""))
            try await agent.removeAll()
            expectUnchanged(try await agent.snapshot(), since: before)
        }

        @Test func podsAreServedInAllForms() async throws {
            let agent = try await Stage.shared().agent
            let json = """
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "json", "namespace": "other"},
                 "spec": {"containers": [{"name": "main", "image": "\(Stage.image)", "command": ["sleep", "1000"]}],
                          "terminationGracePeriodSeconds": 0}}
                """
            try agent.put("one.json", json)
            try agent.put("two.yml", "---\n" + Manifest.pod("first") + "\n---\n" + Manifest.pod("second") + "\n...\n")
            let pod = try await agent.wait(for: "json", namespace: "other") { $0.isRunning }
            #expect(pod.namespace == "other")
            try await agent.waitRunning("first")
            try await agent.waitRunning("second")
            // One document less, one pod less; the other stays as it is.
            let second = try await agent.waitRunning("second").uid
            try agent.put("two.yml", Manifest.pod("second"))
            try await agent.waitGone("first")
            expect(try await agent.waitRunning("second").uid, is: second)
            try await agent.removeAll()
        }
    }
}
