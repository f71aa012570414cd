import JSONCoding
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// The socket, by the tools that everybody has.
    @Suite struct RPCTests {
        @Test func overHTTP() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("seen.yaml", Manifest.pod("seen"))
            try await agent.waitRunning("seen")
            let curl = ["curl", "-sS", "--max-time", "10", "--unix-socket", agent.socket]
            for path in ["livez", "readyz", "healthz"] {
                let answer = try await agent.host.run(Command(curl + ["-f", "http://localhost/\(path)"]))
                #expect(answer.succeeded, "\(path): \(answer)")
            }
            func post(_ body: String) async throws -> JSONNode {
                let answer = try await agent.host.run(
                    Command(curl + ["-H", "Content-Type: application/json", "-d", body, "http://localhost/rpc"])
                )
                return try JSON.parse(answer.output)
            }
            let list = try await post(#"{"jsonrpc":"2.0","id":1,"method":"pod.list"}"#)
            #expect(list["result"]?["items"]?[0]?["metadata"]?["name"]?.stringValue == "seen")
            let version = try await post(#"{"jsonrpc":"2.0","id":"a","method":"system.version"}"#)
            #expect(version["id"]?.stringValue == "a")
            let info = try await post(#"{"jsonrpc":"2.0","id":2,"method":"system.info"}"#)
            #expect(info["result"]?["counts"]?["runningPods"]?.integerValue == 1)
            let health = try await post(#"{"jsonrpc":"2.0","id":3,"method":"system.health"}"#)
            #expect(health["result"]?["status"]?.stringValue == "ok", "\(health)")
            let unknown = try await post(#"{"jsonrpc":"2.0","id":4,"method":"pod.fly"}"#)
            #expect(unknown["error"]?["code"]?.integerValue == -32601)
            let extra = try await post(
                #"{"jsonrpc":"2.0","id":5,"method":"pod.get","params":{"name":"seen","shape":1}}"#
            )
            #expect(extra["error"]?["code"]?.integerValue == -32602)
            let absent = try await post(#"{"jsonrpc":"2.0","id":6,"method":"pod.get","params":{"name":"nobody"}}"#)
            #expect(absent["error"]?["code"]?.integerValue == 1001)
            let broken = try await post(#"{"jsonrpc":"2.0","#)
            #expect(broken["error"]?["code"]?.integerValue == -32700)
            let batch = try await post(
                #"[{"jsonrpc":"2.0","id":1,"method":"rpc.ping"},{"jsonrpc":"2.0","id":2,"method":"rpc.ping"}]"#
            )
            #expect(batch.arrayValue?.count == 2)
            let document = try await agent.host.run(Command(curl + ["http://localhost/openrpc.json"]))
            #expect(try JSON.parse(document.output)["openrpc"] != nil)
            try await agent.removeAll()
        }

        @Test func overABareSocket() async throws {
            let agent = try await Stage.shared().agent
            func ask(_ lines: String, socket: String? = nil) async throws -> [JSONNode] {
                let answer = try await agent.host.run(
                    "socat",
                    "-t10",
                    "-",
                    "UNIX-CONNECT:\(socket ?? agent.socket)",
                    input: Array(lines.utf8)
                )
                return try answer.text.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
            }
            let answers = try await ask(
                """
                {"jsonrpc":"2.0","id":1,"method":"system.version"}
                {"jsonrpc":"2.0","id":2,"method":"rpc.discover","params":{}}

                """
            )
            #expect(Set(answers.compactMap { $0["id"]?.integerValue }) == [1, 2])
            let discovered = answers.first { $0["id"]?.integerValue == 2 }?["result"]?["methods"]?.arrayValue ?? []
            let names = Set(discovered.compactMap { $0["name"]?.stringValue })
            for name in [
                "pod.list", "pod.get", "pod.logs", "pod.exec", "pod.diff", "image.list", "image.pull", "system.info",
                "system.health", "system.version", "rpc.discover",
            ] { #expect(names.contains(name), "\(name)") }

            // The socket beside the main one is for looking only.
            let readOnly = "\(agent.runRoot)/swiftlet-ro.sock"
            let looked = try await ask("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pod.list\"}\n", socket: readOnly)
            #expect(looked.first?["result"] != nil)
            let refused = try await ask(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pod.exec\",\"params\":{\"name\":\"x\",\"command\":[\"true\"]}}\n",
                socket: readOnly
            )
            #expect(refused.first?["error"]?["code"]?.integerValue == -32002, "\(refused)")
        }

        @Test func onlyRootMayUseTheMainSocket() async throws {
            let agent = try await Stage.shared().agent
            let asked = try await agent.host.run(
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "socat",
                "-",
                "UNIX-CONNECT:\(agent.socket)",
                input: Array("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pod.list\"}\n".utf8)
            )
            #expect(!asked.text.contains("\"result\""), "\(asked)")
        }
    }
}
