import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Pods on the network of a link of the host's.
    @Suite struct SharedLinkPodTests {
        private static func on(_ annotation: String, _ manifest: String, _ name: String) -> String {
            manifest.replacing("  name: \(name)\n", with: "  name: \(name)\n  annotations: {\(annotation)}\n")
        }

        @Test func aPodOfMacvlanIsAMachineOfTheNeighboursNetwork() async throws {
            let stage = try await Stage.shared()
            let agent = stage.agent
            let before = try await stage.host.run("/bin/sh", "-ec", "ip -o link | cut -d' ' -f2; nft list tables").checked().text
            try await stage.host.run(
                "/bin/sh",
                "-ec",
                """
                mkdir -p /run/netns
                ip netns add lan
                ip link add lan0 type veth peer name eth0 netns lan
                ip addr add 203.0.113.1/24 dev lan0
                ip link set lan0 up
                ip -n lan addr add 203.0.113.2/24 dev eth0
                ip -n lan link set eth0 up
                """
            ).checked()
            let file = "\(agent.folder)/netconf/lan.json"
            let definition = """
                {"name": "lan", "driver": "macvlan", "network_interface": "lan0",
                 "subnets": [{"subnet": "203.0.113.0/24", "gateway": "203.0.113.2",
                              "lease_range": {"start_ip": "203.0.113.100"}}]}
                """
            try FileSystem.write(file, Array(definition.utf8))
            let page = Manifest.pod("machine", "exec httpd -f -p 80 -h /www")
            try agent.put("machine.yaml", Self.on("swiftlet/network: lan", page, "machine"))
            let pod = try await agent.waitRunning("machine")
            #expect(pod.ip == "203.0.113.100")
            expect(try await stage.host.page("http://203.0.113.100/", from: "lan"), is: "a page of a pod\n")
            let networks = try await agent.cli("network", "ls").checked().text
            #expect(networks.contains("macvlan") && networks.contains("lan0"), "\(networks)")

            // Beside a bridge, joined and left while it runs.
            let beside = Manifest.pod("beside", "exec httpd -f -p 80 -h /www")
            try agent.put("beside.yaml", beside)
            let first = try await agent.waitRunning("beside")
            try agent.put("beside.yaml", Self.on("k8s.v1.cni.cncf.io/networks: lan@lan0", beside, "beside"))
            let look = "ip -o -4 addr show dev lan0 2>/dev/null | awk '{print $4}' | grep . && exit"
            let wait = "for i in $(seq 100); do \(look); usleep 100000; done"
            expect(try await agent.exec("beside", wait), is: "203.0.113.101/24\n")
            expect(try await agent.page("http://203.0.113.101/", from: "machine"), is: "a page of a pod\n")
            // The agent's end and its next beginning change nothing about it.
            try await agent.kill()
            try await agent.start()
            expect(try await agent.page("http://203.0.113.101/", from: "machine"), is: "a page of a pod\n")
            expect(try await agent.pod("beside")?.container("main")?.id, is: first.container("main")?.id)
            try agent.put("beside.yaml", beside)
            let gone = "for i in $(seq 100); do [ -e /sys/class/net/lan0 ] || exec echo gone; usleep 100000; done"
            expect(try await agent.exec("beside", gone), is: "gone\n")

            // What would need the host is named by its place.
            let published = NetworkTests.server("published", port: 80, host: 8701)
            try agent.put("published.yaml", Self.on("swiftlet/network: lan", published, "published"))
            let refused = try await agent.wait(for: "published", until: "a refusal") { $0.complaints.contains("macvlan") }
            #expect(refused.complaints.contains("cannot serve spec.containers[0].ports[0].hostPort"), "\(refused.complaints)")
            try await agent.removeAll()
            try FileSystem.removeFile(file)
            try await stage.host.run("/bin/sh", "-ec", "ip link del lan0; ip netns del lan").checked()
            let after = try await stage.host.run("/bin/sh", "-ec", "ip -o link | cut -d' ' -f2; nft list tables").checked().text
            expect(after, is: before)
        }
    }
}
