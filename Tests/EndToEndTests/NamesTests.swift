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
