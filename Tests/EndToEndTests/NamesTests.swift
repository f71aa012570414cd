import JSONCoding
import TestSupport
import Testing

extension EndToEnd {
    /// What a pod is called and whom it can call.
    @Suite struct NamesTests {
        @Test func fullNameAliasesAndResolver() async throws {
            let agent = try await Stage.shared().agent
            try agent.put(
                "names.yaml",
                Manifest.pod(
                    "names",
                    spec: """
                        hostname: a
                        subdomain: sub
                        setHostnameAsFQDN: true
                        hostAliases: [{ip: 192.0.2.7, hostnames: [db, db.example]}]
                        dnsPolicy: None
                        dnsConfig: {nameservers: [192.0.2.53], searches: [shop.example], options: [{name: ndots, value: "3"}]}
                        """
                )
            )
            let pod = try await agent.waitRunning("names")
            let script = "hostname; cat /etc/hostname; echo $HOSTNAME; cat /etc/resolv.conf; tail -n 4 /etc/hosts"
            let full = "a.sub.default.svc.cluster.local"
            #expect(
                try await agent.exec("names", script) == """
                    \(full)
                    \(full)
                    \(full)
                    search shop.example
                    nameserver 192.0.2.53
                    options ndots:3
                    \(pod.ip)\t\(full)\ta

                    # Entries added by HostAliases.
                    192.0.2.7\tdb\tdb.example

                    """
            )
            try await agent.removeAll()
        }

        /// What a pod learns of a name, by itself: a few tries, since names come a moment behind the pod.
        private func lookUp(_ agent: AgentFixture, _ name: String, from pod: String) async throws -> String {
            try await agent.exec(
                pod,
                "for try in 1 2 3 4 5 6 7 8; do nslookup -type=a \(name) | grep -A9 ^Name: && break; usleep 200000; done; true"
            )
        }

        @Test func podsAndWorkloadsFindEachOther() async throws {
            let agent = try await Stage.shared().agent
            try agent.put("client.yaml", Manifest.pod("client"))
            try agent.put("server.yaml", Manifest.pod("server", container: "ports: [{name: http, containerPort: 80}]"))
            let deployment = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: farm, namespace: shop}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: farm}}
                  template:
                    metadata: {labels: {app: farm}}
                    spec:
                      terminationGracePeriodSeconds: 0
                      containers: [{name: main, image: "\(Stage.image)", command: [sleep, "100000"]}]

                """
            try agent.put("farm.yaml", deployment)
            try await agent.waitRunning("client")
            let server = try await agent.waitRunning("server")
            let resolver = try await agent.exec("client", "cat /etc/resolv.conf")
            #expect(resolver.hasPrefix("search default.svc.cluster.local svc.cluster.local cluster.local"), "\(resolver)")
            for name in ["server", "server.default", "server.default.svc.cluster.local"] {
                #expect(try await lookUp(agent, name, from: "client").contains("Address: \(server.ip)"), "\(name)")
            }
            let farm = try await agent.exec(
                "client",
                "for try in $(seq 100); do nslookup -type=a farm.shop.svc.cluster.local > /tmp/farm; "
                    + "[ $(grep -c '^Address: 10' /tmp/farm) = 2 ] && break; usleep 200000; done; cat /tmp/farm"
            )
            #expect(farm.split(separator: "\n").filter { $0.hasPrefix("Address: 10.") }.count == 2, "\(farm)")
            // The agent's death is nothing to names.
            try await agent.kill()
            try await agent.start()
            #expect(try await lookUp(agent, "server", from: "client").contains("Address: \(server.ip)"))
            try agent.remove("server.yaml")
            try await agent.waitGone("server")
            let gone = try await agent.exec(
                "client",
                "for try in 1 2 3 4 5 6 7 8; do nslookup server.default.svc.cluster.local | grep NXDOMAIN && break; usleep 200000; done; true"
            )
            #expect(gone.contains("NXDOMAIN"), "\(gone)")
            try await agent.removeAll()
        }

        @Test func aNameThatTheKernelDoesNotTake() async throws {
            let agent = try await Stage.shared().agent
            let hostname = String(repeating: "h", count: 60)
            try agent.put(
                "long.yaml",
                Manifest.pod("long", spec: "hostname: \(hostname)\nsubdomain: sub\nsetHostnameAsFQDN: true")
            )
            let pod = try await agent.wait(for: "long", until: "the failure") { $0.reason == "FailedCreatePodSandBox" }
            #expect(pod.message.contains("FQDN \(hostname).sub.default.svc.cluster.local is too long (64 characters is the max"))
            #expect(pod.phase == "Pending")
            try await agent.removeAll()
        }
    }
}
