import Glibc
import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// NetworkPolicies of the folder, with real connections.
    @Suite struct NetworkPolicyTests {
        private static let policy = """
            apiVersion: networking.k8s.io/v1
            kind: NetworkPolicy
            metadata: {name: guarded}
            spec:
              podSelector: {matchLabels: {app: guarded}}
              ingress:
              - from: [{podSelector: {matchLabels: {app: friend}}}]
                ports: [{port: 80}]
            """

        private func pod(_ name: String, app: String, _ script: String = "exec sleep 100000") -> String {
            Manifest.pod(name, script).replacing("  name: \(name)\n", with: "  name: \(name)\n  labels: {app: \(app)}\n")
        }

        /// Asks until the answer is the wanted one: a change of the folder takes a moment.
        private func becomes(_ wanted: String, _ agent: AgentFixture, from pod: String, _ address: String) async throws -> Bool {
            let script = """
                for i in $(seq 40); do
                    if printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 \(address) 80 | grep -q "a page"; then now=open; else now=closed; fi
                    [ $now = \(wanted) ] && break
                    usleep 100000
                done
                echo $now
                """
            return try await agent.exec(pod, script) == "\(wanted)\n"
        }

        @Test func aPolicyClosesAPodAndOpensItToItsFriends() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("guarded.yaml", pod("guarded", app: "guarded", "exec httpd -f -p 80 -h /www"))
            try agent.put("friend.yaml", pod("friend", app: "friend"))
            try agent.put("stranger.yaml", pod("stranger", app: "stranger"))
            let address = try await agent.waitRunning("guarded").ip
            for name in ["friend", "stranger"] { _ = try await agent.waitRunning(name) }
            #expect(try await becomes("open", agent, from: "stranger", address))
            try agent.put("policy.yaml", Self.policy)
            #expect(try await becomes("closed", agent, from: "stranger", address))
            #expect(try await becomes("open", agent, from: "friend", address))
            let table = try await agent.cli("get", "netpol").checked().text
            #expect(table.contains("guarded") && table.contains("app=guarded") && table.contains("Ingress"), "\(table)")
            let words = try await agent.cli("describe", "networkpolicy", "guarded").checked().text
            #expect(words.contains("To Port: 80/TCP") && words.contains("PodSelector: app=friend"), "\(words)")
            #expect(words.contains("Pods:            guarded\n"), "\(words)")
            // An agent that ends leaves it in force; the next one goes on with it.
            try await agent.kill()
            try await agent.start()
            #expect(try await becomes("closed", agent, from: "stranger", address))
            // Labels that change count, in place.
            try agent.put("stranger.yaml", pod("stranger", app: "friend"))
            #expect(try await becomes("open", agent, from: "stranger", address))
            // One that is broken does not take the last good one away.
            try agent.put("policy.yaml", Self.policy.replacing("80", with: "many ports"))
            #expect(try await !agent.problems(about: "policy.yaml").isEmpty)
            try agent.put("friend.yaml", pod("friend", app: "foe"))
            #expect(try await becomes("closed", agent, from: "friend", address))
            try agent.remove("policy.yaml")
            #expect(try await becomes("open", agent, from: "friend", address))
            try await agent.removeAll()
        }
    }
}
