import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Manifests that are wrong: a clear error, and nothing else suffers.
    @Suite struct BadManifestTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var name: String
            /// What the message must have in it.
            var words: [String]
            /// The line that it must name.
            var line: Int?
            var text: String
            var testDescription: String { name }

            init(_ name: String, _ words: [String], line: Int? = nil, _ text: String) {
                self.name = name
                self.words = words
                self.line = line
                self.text = text
            }
        }

        private static func pod(_ container: String, spec: String = "", name: String = "bad") -> String {
            """
            apiVersion: v1
            kind: Pod
            metadata:
              name: \(name)
            spec:
              \(spec.isEmpty ? "restartPolicy: Always" : spec)
              containers:
              - name: main
                image: \(Stage.image)
                \(container)
            """
        }

        static let cases = [
            Case("syntax", ["syntax.yaml", "line 2"], line: 3, "apiVersion: v1\nkind: [Pod\nmetadata: {}\n"),
            Case("unknown-field", ["comand", "command"], line: 10, pod("comand: [sleep]")),
            Case(
                "unknown-spec-field",
                ["restartPolcy", "restartPolicy"],
                line: 6,
                pod("tty: false", spec: "restartPolcy: Never")
            ),
            Case("type-error", ["spec.containers[0].command", "list"], line: 10, pod("command: sleep")),
            Case(
                "number-for-string",
                ["spec.containers[0].env[0].value", "string"],
                line: 10,
                pod("env: [{name: A, value: 5}]")
            ),
            Case("duplicate-key", ["image"], line: 10, pod("image: other")),
            Case("wrong-kind", ["Pood"], line: 2, "apiVersion: v1\nkind: Pood\nmetadata: {name: x}\n"),
            Case(
                "unserved-kind",
                ["StatefulSet"],
                "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\nspec: {}\n"
            ),
            Case("no-name", ["metadata.name"], pod("tty: false", name: "\"\"")),
            Case("name-no-label", ["Bad_Name"], line: 4, pod("tty: false", name: "Bad_Name")),
            Case("name-too-long", ["253"], line: 4, pod("tty: false", name: String(repeating: "a", count: 254))),
            Case("name-with-path", ["../../etc"], line: 4, pod("tty: false", name: "../../etc")),
            Case(
                "container-name",
                ["Main_Container"],
                pod("tty: false").replacing("name: main", with: "name: Main_Container")
            ),
            Case("port-range", ["70000", "65535"], line: 10, pod("ports: [{containerPort: 70000}]")),
            Case("host-port-range", ["hostPort"], line: 10, pod("ports: [{containerPort: 80, hostPort: -1}]")),
            Case(
                "two-of-one-name",
                ["main", "containers[1].name"],
                pod("tty: false\n  - name: main\n    image: other")
            ),
            Case(
                "mount-without-volume",
                ["nothing"],
                line: 10,
                pod("volumeMounts: [{name: nothing, mountPath: /x}]")
            ),
            Case(
                "no-containers",
                ["containers"],
                "apiVersion: v1\nkind: Pod\nmetadata: {name: none}\nspec: {containers: []}\n"
            ),
            Case(
                "no-image",
                ["image"],
                "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: a}]}\n"
            ),
            Case("bad-quantity", ["12 apples"], line: 10, pod("resources: {limits: {memory: 12 apples}}")),
            Case("request-over-limit", ["limit"], pod("resources: {limits: {cpu: 100m}, requests: {cpu: 200m}}")),
            Case("restart-policy", ["Sometimes"], line: 6, pod("tty: false", spec: "restartPolicy: Sometimes")),
            Case(
                "relative-host-path",
                ["relative"],
                pod("tty: false", spec: "volumes: [{name: v, hostPath: {path: relative/../x}}]")
            ),
            Case("alias-bomb", ["alias"], bomb),
            Case("deep", ["deep.yaml"], String(repeating: "[", count: 100_000)),
            Case("not-utf8", ["not-utf8.yaml"], "apiVersion: v1\nkind: \u{0}Pod\n"),
            Case("json-syntax", ["json-syntax"], line: 1, "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",, }"),
            Case("only-text", ["only-text"], "hello, I am no manifest\n"),
        ]

        /// A billion laughs.
        private static let bomb: String = {
            var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
            for level in 1..<12 {
                let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
                text += "a\(level): &a\(level) [\(aliases)]\n"
            }
            return text + "apiVersion: v1\nkind: Pod\nmetadata: {name: bomb}\nspec: *a11\n"
        }()

        @Test func eachHasAClearErrorAndNothingElseSuffers() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("witness.yaml", Manifest.pod("witness"))
            let witness = try await agent.waitRunning("witness")
            let pid = try await agent.pid(of: #require(witness.container("main")))
            for bad in BadManifestTests.cases { try agent.put("\(bad.name).yaml", bad.text) }
            // A good document beside a bad one, in one file.
            try agent.put("mixed.yaml", BadManifestTests.pod("comand: []") + "\n---\n" + Manifest.pod("beside"))
            try await agent.waitRunning("beside")
            try await agent.settle()

            let problems = try await agent.problems()
            for bad in BadManifestTests.cases {
                let told = problems.filter { $0["file"]?.stringValue?.split(separator: "/").last == "\(bad.name).yaml" }
                let text = told.map { String(decoding: JSON.serialize($0), as: UTF8.self) }.joined(separator: "\n")
                #expect(!told.isEmpty, "\(bad.name): no problem is told")
                for word in bad.words { #expect(text.contains(word), "\(bad.name): no \"\(word)\" in \(text)") }
                if let line = bad.line {
                    #expect(
                        told.contains { $0["line"]?.integerValue == Int64(line) },
                        "\(bad.name): line \(line): \(text)"
                    )
                }
                #expect(text.utf8.count < 20_000, "\(bad.name): a message of \(text.utf8.count) bytes")
            }
            let names = try await agent.pods().map(\.name).sorted()
            #expect(names == ["beside", "witness"])
            let after = try #require(try await agent.pod("witness"))
            expect(try await agent.pid(of: #require(after.container("main"))), is: pid)
            #expect(after.container("main")?.restarts == 0)

            // `check` says the same of each, without an agent.
            for bad in BadManifestTests.cases {
                let check = try await agent.cli("check", "\(agent.manifests)/\(bad.name).yaml")
                #expect(check.status == ExitStatus.exited(1), "\(bad.name): \(check)")
                for word in bad.words {
                    #expect(check.text.contains(word), "\(bad.name): no \"\(word)\" in \(check.text)")
                }
            }
            // Once they are gone, so are the problems.
            for bad in BadManifestTests.cases { try agent.remove("\(bad.name).yaml") }
            try agent.remove("mixed.yaml")
            try await agent.waitGone("beside")
            try await agent.settle()
            expect(try await agent.problems(), is: [])
            try await agent.removeAll()
        }

        @Test func aFileOfAHundredMegabytes() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let big = "\(stage.folder)/big"
            do {
                let file = try Descriptor.open(big, O_WRONLY | O_CREAT, mode: 0o644)
                let line = Array(
                    (String(repeating: "# nothing to see here, move along, please ", count: 100) + "\n").utf8
                )
                let block = Array(repeatElement(line, count: 250).joined())
                for _ in 0..<100 { try file.writeAll(block) }
            }
            #expect(try FileSystem.status(big).size > 100_000_000)
            let before = try agent.residentMemory()
            try FileSystem.rename(big, "\(agent.manifests)/big.yaml")
            let problems = try await agent.problems(about: "big.yaml")
            #expect(problems.count == 1)
            #expect(
                problems.first?.contains("large") == true || problems.first?.contains("bytes") == true,
                "\(problems)"
            )
            #expect(try agent.residentMemory() - before < 50_000_000)
            try await agent.removeAll()
        }

        @Test func filesThatAreNoFiles() async throws {
            let agent = try await Stage.shared().agent
            let folder = agent.manifests
            // Reading these would never end, or would end the agent.
            try await agent.host.run("mkfifo", "\(folder)/fifo.yaml").checked()
            try FileSystem.makeSymbolicLink(at: "\(folder)/zero.yaml", to: "/dev/zero")
            try FileSystem.makeSymbolicLink(at: "\(folder)/nowhere.yaml", to: "/no/such/file")
            try FileSystem.makeSymbolicLink(at: "\(folder)/itself.yaml", to: "itself.yaml")
            try agent.put("fine.yaml", Manifest.pod("fine"))
            try await agent.waitRunning("fine")
            try await agent.settle()
            let files = try await agent.problems().compactMap { $0["file"]?.stringValue?.split(separator: "/").last }
            #expect(Set(files).isSuperset(of: ["zero.yaml", "itself.yaml"]), "\(files)")
            try await agent.removeAll()
        }
    }
}
