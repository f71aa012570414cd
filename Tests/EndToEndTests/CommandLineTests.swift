import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// `swiftlet` as a user calls it.
    @Suite struct CommandLineTests {
        @Test func getInEveryForm() async throws {
            let agent = try await Stage.shared().agent
            let none = try await agent.cli("get", "pods")
            #expect(none.text == "")
            #expect(none.errorText == "No pods found.\n")
            #expect(none.succeeded)

            try agent.put("web.yaml", Manifest.pod("web"))
            let pod = try await agent.waitRunning("web")
            let table = try await agent.cli("get", "pods").text.split(separator: "\n").map(String.init)
            #expect(table.count == 2)
            #expect(table[0].split(separator: " ") == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"])
            #expect(table[1].split(separator: " ").prefix(4) == ["web", "1/1", "Running", "0"])
            let wide = try await agent.cli("get", "pods", "-A", "-o", "wide").text
            #expect(wide.contains(pod.ip) && wide.hasPrefix("NAMESPACE"), "\(wide)")
            expect(try await agent.cli("get", "po", "-o", "name").text, is: "pod/web\n")
            let list = try JSON.parse(try await agent.cli("get", "pods", "-o", "json").output)
            #expect(list["kind"]?.stringValue == "List")
            #expect(list["items"]?[0]?["metadata"]?["name"]?.stringValue == "web")
            let one = try JSON.parse(try await agent.cli("get", "pod", "web", "-o", "json").output)
            #expect(one["kind"]?.stringValue == "Pod")
            #expect(one["status"]?["phase"]?.stringValue == "Running")
            let yaml = try await agent.cli("get", "pod", "web", "-o", "yaml").text
            #expect(yaml.contains("kind: Pod\n") && yaml.contains("\n  phase: Running\n"), "\(yaml)")
            // What it prints, it takes: a manifest again.
            let copied = try await agent.host.run(TestBinaries.swiftlet, "check", "-", input: Array(yaml.utf8))
            #expect(copied.succeeded, "\(copied)")

            let absent = try await agent.cli("get", "pod", "nobody")
            #expect(absent.status == ExitStatus.exited(3))
            #expect(absent.errorText.contains("nobody"))
            try await agent.removeAll()
        }

        @Test func watching() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("watched.yaml", Manifest.pod("watched"))
            try await agent.waitRunning("watched")
            let command = "SWIFTLET_HOST=unix://\(agent.socket) exec \(TestBinaries.swiftlet) get pods -w -o json"
            let output = "\(agent.folder)/watch.json"
            let watcher = try await agent.host.start(Command("/bin/sh", "-c", command), output: output)
            defer { try? FileSystem.removeFile(output) }
            try await agent.perform { try watcher.waitForOutput("\"watched\"") }
            try agent.put("later.yaml", Manifest.pod("later"))
            try await agent.waitRunning("later")
            try agent.remove("later.yaml")
            try await agent.waitGone("later")
            // The agent ends, and with it the watch: all that it had to say is there.
            try await agent.stop()
            let status = try await agent.perform { try watcher.wait() }
            try await agent.start()
            #expect(status != ExitStatus.exited(0), "a watch that is cut off is no success")
            let objects = try watcher.logText.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
                try JSON.parse(Array($0.utf8))
            }
            let names = objects.compactMap { $0["metadata"]?["name"]?.stringValue }
            #expect(names.first == "watched")
            #expect(names.contains("later"))
            try await agent.removeAll()
        }

        @Test func describe() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "told.yaml",
                Manifest.pod("told", spec: "priorityClassName: high").replacing(
                    "name: told",
                    with: "name: told\n  labels: {app: told}"
                )
            )
            let pod = try await agent.waitRunning("told")
            #expect(pod.warnings.contains { $0.contains("priorityClassName") }, "\(pod.warnings)")
            let text = try await agent.cli("describe", "pod", "told").text
            for word in ["told", pod.uid, pod.ip, Stage.image, "Running", "Started", "app=told", "priorityClassName"] {
                #expect(text.contains(word), "\(word) is missing: \(text)")
            }
            expect(try await agent.cli("describe", "pod", "nobody").status, is: ExitStatus.exited(3))
            try await agent.removeAll()
        }

        @Test func exec() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("target.yaml", Manifest.pod("target"))
            try await agent.waitRunning("target")
            let outcome = try await agent.cli("exec", "target", "--", "/bin/sh", "-c", "echo out; echo err >&2; exit 7")
            #expect(outcome.text == "out\n")
            #expect(outcome.errorText == "err\n")
            #expect(outcome.status == ExitStatus.exited(7))
            expect(try await agent.cli("exec", "target", "--", "/no/such").status, is: ExitStatus.exited(127))
            expect(try await agent.cli("exec", "target", "--", "/etc/passwd").status, is: ExitStatus.exited(126))
            expect(
                try await agent.cli("exec", "target", "--", "sh", "-c", "kill -9 $$").status,
                is: ExitStatus.exited(137)
            )
            expect(try await agent.cli("exec", "nobody", "--", "true").status, is: ExitStatus.exited(125))
            let slow = try await agent.cli("exec", "target", "--timeout", "1s", "--", "sleep", "1000")
            #expect(slow.status == ExitStatus.exited(125))
            // It is in the pod, with the pod's rights and not more.
            let status = try await agent.cli(
                "exec",
                "target",
                "--",
                "sh",
                "-c",
                "hostname; grep -E 'CapEff|Seccomp:' /proc/self/status"
            )
            #expect(status.text == "target\nCapEff:\t\(SecurityTests.defaultCapabilities)\nSeccomp:\t2\n")
            let processes = try await agent.exec("target", "ps -o args | grep -c 'sleep 1000$' || true")
            #expect(processes == "0\n", "what timed out is still there")
            try await agent.removeAll()
        }

        @Test func imagesAndPull() async throws {
            let agent = try await Stage.shared().agent
            let pull = try await agent.cli("pull", "127.0.0.1:5000/layers:1")
            #expect(pull.succeeded, "\(pull)")
            // A line a layer at least, where no terminal is.
            #expect((pull.text + pull.errorText).split(separator: "\n").count >= 3, "\(pull)")
            #expect(try await agent.cli("images").text.contains("127.0.0.1:5000/layers"))
            let list = try JSON.parse(try await agent.cli("images", "-o", "json").output)
            #expect(
                list["items"]?.arrayValue?.contains { $0["reference"]?.stringValue == "127.0.0.1:5000/layers:1" }
                    == true
            )
            let again = try await agent.cli("pull", "127.0.0.1:5000/layers:1")
            #expect(again.succeeded, "\(again)")
            // The store is a layout that other tools read.
            let layout = "oci:\(agent.root)/images:127.0.0.1:5000/layers:1"
            let copied = try await agent.host.run("skopeo", "copy", layout, "dir:\(agent.folder)/copied")
            #expect(copied.succeeded, "\(copied)")
            try FileSystem.removeTree("\(agent.folder)/copied")
            let none = try await agent.cli("pull", "127.0.0.1:5000/none:1")
            #expect(none.status == ExitStatus.exited(3), "\(none)")
            expect(try await agent.cli("pull", "Not A Reference").status, is: ExitStatus.exited(2))
        }

        @Test func version() async throws {
            let agent = try await Stage.shared().agent
            let text = try await agent.cli("version").text
            #expect(text.contains("Client: ") && text.contains("Agent: "), "\(text)")
            let missing = try await agent.host.run(TestBinaries.swiftlet, "get", "pods", "-H", "unix:///run/no.sock")
            #expect(missing.status == ExitStatus.exited(5), "\(missing)")
        }
    }
}
