import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// The samples of `manifests/` do what their comments say, on the repository's own network definition.
    @Suite struct SampleTests {
        @Test func theyRun() async throws {
            let repository = try SampleTests.repository
            let host = try await TestHost("samples")
            let agent = try AgentFixture(host: host, folder: host.folder)
            try FileSystem.removeTree("\(agent.folder)/netconf")
            try await host.run("cp", "-r", "\(repository)/netconf", "\(agent.folder)/netconf").checked()
            try await host.run("\(repository)/hack/demo-image", "\(host.folder)/layout").checked()
            try await host.run(TestBinaries.swiftlet, "load", "\(host.folder)/layout", "--root", agent.root).checked()
            // What one of them writes on the host.
            let written = "/tmp/swiftlet-sample"
            defer { try? FileSystem.removeTree(written) }

            try await agent.start()
            let before = try await agent.snapshot()
            let samples =
                try FileSystem.list("\(repository)/manifests/samples").map { "samples/\($0)" } + ["hello.yaml"]
            for sample in samples {
                let text = try FileSystem.readText("\(repository)/manifests/\(sample)")
                try agent.put(FileSystem.split(sample).name, text)
            }
            let pages = [
                ("hello", 8080, "Hello from the pod hello at"), ("init-containers", 8081, "The second came after it."),
                ("two-containers", 8082, ":"), ("security-context", 8083, "CapEff:\t0000000000000000"),
                ("listener", 8084, "root:x:0:0"),
            ]
            for (pod, port, word) in pages {
                try await agent.waitRunning(pod)
                let path = pod == "listener" ? "passwd" : "index.html"
                let url = "http://127.0.0.1:\(port)/\(path)"
                // The page comes when the container has written it.
                let script = "for i in $(seq 200); do curl -fsS --max-time 5 \"$1\" && exit 0; sleep 0.05; done; exit 1"
                let page = try await host.run("/bin/sh", "-c", script, "sh", url)
                #expect(page.text.contains(word), "\(pod): \(page)")
            }
            for pod in ["host-path", "interfaces", "once"] {
                let ended = try await agent.waitEnded(pod)
                #expect(ended.phase == "Succeeded", "\(pod): \(ended)")
            }
            expect(try await agent.logLines("once"), is: ["swiftlet was here; a double dollar stays: $(WHO)"])
            expect(try FileSystem.readText("\(written)/from-the-pod").isEmpty, is: false)
            #expect(try await agent.logLines("interfaces").contains { $0.contains("LOOPBACK") })
            try await agent.wait(for: "limits", until: "OOMKilled") {
                $0.container("greedy")?.end?.reason == "OOMKilled"
                    || $0.container("greedy")?.lastEnd?.reason == "OOMKilled"
            }
            for pod in try await agent.pods() { #expect(pod.warnings == [], "\(pod.name)") }
            expect(try await agent.problems(), is: [])
            try await agent.removeAll()
            let after = try await agent.snapshot()
            expectUnchanged(after, since: before)
            host.close()
        }

        /// The repository that these sources are part of, through links.
        static var repository: String {
            get throws {
                guard let path = realpath(Stage.fixtures, nil) else {
                    throw SystemError.last("realpath", Stage.fixtures)
                }
                defer { free(path) }
                let tests = FileSystem.split(FileSystem.split(String(cString: path)).directory).directory
                return FileSystem.split(tests).directory
            }
        }
    }
}
