import Linux
import TestSupport
import Testing

extension EndToEnd {
    @Suite struct LogTests {
        @Test func theFilesAreInCRIFormat() async throws {
            let agent = try await Stage.shared().agent
            // The last line has no end, and one is longer than a record may be.
            let script = """
                echo out; echo err >&2; head -c 40000 /dev/zero | tr '\\0' x; echo; printf 'no end'
                """
            try agent.put("logs.yaml", Manifest.pod("logs", script, restart: "Never"))
            let pod = try await agent.waitEnded("logs")
            let folder = "\(agent.logs)/default_logs_\(pod.uid)/main"
            expect(try FileSystem.list(folder), is: ["0.log"])
            let lines = try FileSystem.readText("\(folder)/0.log").split(separator: "\n").map(String.init)
            for line in lines {
                let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
                try #require(parts.count == 4, "\(line.prefix(80))")
                #expect(Timestamp(rfc3339: parts[0]) != nil, "\(parts[0])")
                #expect(parts[0].count >= 30 && parts[0].contains("."), "nanoseconds: \(parts[0])")
                #expect(["stdout", "stderr"].contains(parts[1]))
                #expect(["F", "P"].contains(parts[2]))
                #expect(line.utf8.count <= 16 * 1024 + 64)
            }
            func texts(_ stream: String) -> [(tag: String, text: String)] {
                lines.map { $0.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init) }
                    .filter { $0[1] == stream }.map { ($0[2], $0[3]) }
            }
            #expect(texts("stderr").map(\.text) == ["err"])
            let out = texts("stdout")
            #expect(out.first?.text == "out")
            #expect(out.last?.text == "no end")
            let long = out.dropFirst().dropLast()
            #expect(long.map(\.text).joined() == String(repeating: "x", count: 40_000))
            #expect(long.last?.tag == "F")
            #expect(long.dropLast().allSatisfy { $0.tag == "P" } && long.count > 1)

            try await agent.removeAll()
            #expect(!FileSystem.exists("\(agent.logs)/default_logs_\(pod.uid)"))
        }

        @Test func theCommandLine() async throws {
            let agent = try await Stage.shared().agent
            // Ends once, and then stays.
            let script = """
                [ -e /scratch/again ] && { echo later; echo more; echo warning >&2; exec sleep 100000; }
                touch /scratch/again; echo one; echo two; echo oops >&2; exit 1
                """
            let pod = Manifest.pod(
                "talks",
                script,
                container: "volumeMounts: [{name: scratch, mountPath: /scratch}]",
                spec: "volumes: [{name: scratch, emptyDir: {}}]"
            )
            try agent.put("talks.yaml", pod)
            try await agent.wait(for: "talks", until: "a second run") {
                $0.container("main")?.restarts == 1 && $0.isRunning
            }
            // All of the second run's lines are there when one that came after them is.
            try await agent.waitForLogLine("talks", "warning")
            let logs = try await agent.cli("logs", "talks")
            #expect(logs.text == "later\nmore\n")
            #expect(logs.errorText == "warning\n")
            let previous = try await agent.cli("logs", "talks", "-p")
            #expect(previous.text == "one\ntwo\n")
            #expect(previous.errorText == "oops\n")
            let tail = try await agent.cli("logs", "talks", "--tail", "2")
            #expect((tail.text + tail.errorText).split(separator: "\n").count == 2, "\(tail)")
            let stamped = try await agent.cli("logs", "talks", "-c", "main", "--timestamps").text
            #expect(Timestamp(rfc3339: stamped.prefix { $0 != " " }) != nil, "\(stamped)")
            let none = try await agent.cli("logs", "nobody")
            #expect(none.status == ExitStatus.exited(3))
            #expect(none.errorText.contains("nobody"))
            #expect(try await agent.cli("logs", "talks", "-c", "nobody").status != ExitStatus.exited(0))
            try await agent.removeAll()
        }

        @Test func followingUntilTheEnd() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "follow.yaml",
                Manifest.pod("follow", "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done", restart: "Never")
            )
            try await agent.wait(for: "follow", until: "started") { $0.container("main")?.id.isEmpty == false }
            let logs = try await agent.cli("logs", "follow", "-f")
            #expect(logs.text == "1\n2\n3\n4\n5\n", "\(logs)")
            #expect(logs.succeeded)
            try await agent.removeAll()
        }
    }
}
