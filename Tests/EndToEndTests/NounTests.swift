import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Forms of `get`, images, networks, the disk, and what a shell is offered.
    @Suite struct NounTests {
        @Test func getAsKubectlHasIt() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("a.yaml", Manifest.pod("aa").replacing("name: aa", with: "name: aa\n  labels: {app: x, rank: \"1\"}"))
            try agent.put("b.yaml", Manifest.pod("bb").replacing("name: bb", with: "name: bb\n  labels: {app: second}"))
            let pod = try await agent.waitRunning("aa")
            try await agent.waitRunning("bb")
            func text(_ arguments: String...) async throws -> String {
                let outcome = try await agent.host.run(command(agent, ["get"] + arguments))
                #expect(outcome.succeeded, "\(outcome)")
                return outcome.text
            }
            expect(try await text("po", "-o", "jsonpath={.items[*].metadata.name}"), is: "aa bb")
            let range = #"jsonpath={range .items[?(@.metadata.labels.app=="x")]}{.status.podIP}{"\n"}{end}"#
            expect(try await text("po", "-o", range), is: "\(pod.ip)\n")
            expect(try await text("pod/aa", "-o", "jsonpath={.metadata.name}{.nothing}"), is: "aa")
            expect(try await text("po", "-o", "custom-columns=N:.metadata.name,R:.metadata.labels.rank"), is: "N    R\naa   1\nbb   <none>\n")
            expect(try await text("po", "-l", "app notin (x)", "-o", "name"), is: "pod/bb\n")
            expect(try await text("po", "--field-selector", "metadata.name!=bb,status.phase=Running", "-o", "name"), is: "pod/aa\n")
            expect(try await text("po", "--sort-by", ".metadata.labels.rank", "-o", "name"), is: "pod/bb\npod/aa\n")
            let bare = try await text("po", "--no-headers", "--show-labels")
            #expect(bare.hasPrefix("aa   1/1   Running") && bare.contains("app=x,rank=1\n"), "\(bare)")
            #expect(!bare.contains("NAME") && !bare.contains("\u{1B}"))
            expect(try await text("pod", "bb", "aa", "-o", "name"), is: "pod/bb\npod/aa\n")
            expect(try await agent.cli("pod", "list", "-o", "name").text, is: "pod/aa\npod/bb\n")
            #expect(try await agent.cli("describe", "pod/aa", "po/bb").text.split(separator: "\n").filter { $0.hasPrefix("Name:") }.count == 2)

            for wrong in [["podz"], ["pods", "-o", "jsonpath={.a["], ["pods", "-o", "xml"], ["pods", "-l", "a in b"], ["pods", "--sort-by", "{"]] {
                let outcome = try await agent.host.run(command(agent, ["get"] + wrong))
                #expect(outcome.status == ExitStatus.exited(2), "\(outcome)")
            }
            let part = try await agent.cli("get", "pod", "aa", "nobody", "-o", "name")
            #expect(part.text == "pod/aa\n" && part.status == ExitStatus.exited(3), "\(part)")
            var coloured = command(agent, ["get", "pods"])
            coloured.environment["CLICOLOR_FORCE"] = "1"
            coloured.environment["NO_COLOR"] = ""
            expect(try await agent.host.run(coloured).text.contains("\u{1B}[32mRunning\u{1B}[0m"), is: true)
            coloured.environment["NO_COLOR"] = "1"
            expect(try await agent.host.run(coloured).text.contains("\u{1B}"), is: false)

            // A real shell, with the script that the program makes.
            let script = try await agent.cli("--generate-completion-script", "bash").checked().text
            #expect(script.contains("complete"))
            try FileSystem.write("\(agent.folder)/completion.bash", Array(script.utf8))
            func offers(_ line: String...) async throws -> [String] {
                let words = line.map { "'\($0)'" }.joined(separator: " ")
                let shell = """
                    PATH=\(FileSystem.split(TestBinaries.swiftlet).directory):$PATH
                    source \(agent.folder)/completion.bash
                    COMP_WORDS=(swiftlet \(words)); COMP_CWORD=\(line.count)
                    COMP_LINE="swiftlet \(line.joined(separator: " "))"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
                    f=$(complete -p swiftlet | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                    $f swiftlet '\(line.last ?? "")' '\(line.dropLast().last ?? "swiftlet")'
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """
                var command = Command("/bin/bash", "-c", shell)
                command.environment["SWIFTLET_HOST"] = "unix://\(agent.socket)"
                let outcome = try await agent.host.run(command)
                return outcome.text.split(separator: "\n").map { String($0.filter { $0 != " " }) }.sorted()
            }
            #expect(try await offers("logs", "") == ["aa", "bb"])
            #expect(try await offers("logs", "b") == ["bb"])
            #expect(try await offers("get", "pods", "a") == ["aa"])
            #expect(try await offers("exec", "aa", "-c", "") == ["main"])
            #expect(try await offers("get", "pods", "-n", "") == ["default"])
            #expect(try await offers("image", "rm", "127.0.0.1:5000/bus").contains { $0.contains("busybox:1") })
            try await agent.removeAll()
        }

        @Test func imagesComeAndGo() async throws {
            let agent = try await Stage.shared().agent
            let name = "127.0.0.1:5000/layers:1"
            try await agent.cli("image", "pull", name, "--progress", "none").checked()
            let detail = try JSON.parse(try await agent.cli("image", "inspect", name).checked().output)
            #expect(detail["image"]?["reference"]?.stringValue == name)
            #expect((detail["layers"]?.arrayValue?.count ?? 0) > 1, "\(detail)")
            #expect(try await agent.cli("get", "images", "-o", "name").text.contains("image/\(name)\n"))
            let removed = try await agent.cli("image", "rm", name)
            #expect(removed.text.hasPrefix("Untagged: \(name)\nDeleted: sha256:"), "\(removed)")
            expect(try await agent.cli("image", "rm", name).status, is: ExitStatus.exited(3))
            expect(try await agent.cli("image", "rm", name, "--ignore-not-found").succeeded, is: true)

            try agent.put("user.yaml", Manifest.pod("user"))
            try await agent.waitRunning("user")
            let used = try await agent.cli("image", "rm", Stage.image)
            #expect(used.status == ExitStatus.exited(4) && used.errorText.contains("default/user"), "\(used)")
            try await agent.cli("image", "pull", name, "--progress", "none").checked()
            try await agent.cli("image", "prune", "--all").checked()
            // Another test may have pulled the same image by another name: that one is in use as well.
            let left = try await agent.cli("image", "ls", "-o", "name").text
            #expect(left.contains("image/\(Stage.image)\n") && !left.contains(name), "\(left)")
            // What runs goes on with what it has mounted.
            try await agent.cli("image", "rm", Stage.image, "--force").checked()
            #expect(try await agent.exec("user", "echo alive") == "alive\n")
            try await agent.removeAll()
        }

        @Test func networksAndTheDisk() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("net.yaml", Manifest.pod("net"))
            let pod = try await agent.waitRunning("net")
            let table = try await agent.cli("network", "ls").text
            #expect(table.contains("podnet   bridge   pods0       10.92.0.0/24   1      Up"), "\(table)")
            let text = try await agent.cli("network", "inspect", "podnet").text
            #expect(text.contains("default/net") && text.contains(pod.ip), "\(text)")
            expect(try await agent.cli("network", "inspect", "none").status, is: ExitStatus.exited(3))
            let report = try JSON.parse(try await agent.cli("system", "df", "-o", "json").checked().output)
            let items = report["items"]?.arrayValue ?? []
            #expect(items.compactMap { $0["sort"]?.stringValue } == ["images", "layers", "pods", "volumes", "logs"])
            #expect(items[0]["bytes"]?.integerValue ?? 0 > 0 && items[1]["active"]?.integerValue ?? 0 > 0, "\(items)")
            #expect(items[2]["count"]?.integerValue == 1 && items[2]["active"]?.integerValue == 1, "\(items)")
            #expect(try await agent.cli("system", "df").text.hasPrefix("TYPE "))
            #expect(try await agent.cli("system", "health").succeeded)
            let called = try await agent.cli("api", "pod.get", #"{"name": "net"}"#)
            #expect(try JSON.parse(called.output)["pod"]?["metadata"]?["name"]?.stringValue == "net", "\(called)")
            expect(try await agent.cli("api", "pod.get", "{").status, is: ExitStatus.exited(2))
            expect(try await agent.cli("api", "pod.none").status, is: ExitStatus.exited(1))
            #expect(try await agent.cli("explain", "pod.spec.containers.image").text.contains("served"))
            try await agent.removeAll()
        }

        private func command(_ agent: AgentFixture, _ arguments: [String]) -> Command {
            var command = Command([TestBinaries.swiftlet] + arguments)
            command.environment["SWIFTLET_HOST"] = "unix://\(agent.socket)"
            return command
        }
    }
}
