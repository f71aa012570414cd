import Linux
import TestSupport
import Testing

extension EndToEnd {
    /// Pods on a network of Debian's plugins of CNI.
    @Suite struct PluginPodTests {
        @Test func aPodOfAConfigurationListHasItsAddressAndItsHostPort() async throws {
            // These plugins leave a bridge and chains of theirs.
            let host = try await TestHost("plugins")
            let agent = try AgentFixture(host: host, folder: host.folder)
            try await agent.loadImage()
            try await agent.start()
            let file = "\(agent.folder)/netconf/outer.conflist"
            let list = """
                {"cniVersion": "1.0.0", "name": "outer", "plugins": [
                  {"type": "bridge", "bridge": "cni7", "isGateway": true, "ipMasq": true,
                   "ipam": {"type": "host-local", "dataDir": "\(agent.folder)/leases", "ranges": [[{"subnet": "10.97.0.0/24"}]],
                            "routes": [{"dst": "0.0.0.0/0"}]}},
                  {"type": "portmap", "capabilities": {"portMappings": true}}]}
                """
            try FileSystem.write(file, Array(list.utf8))
            let server = NetworkTests.server("plugged", port: 80, host: 8711)
                .replacing(Stage.image, with: AgentFixture.loadedImage)
                .replacing("  name: plugged\n", with: "  name: plugged\n  annotations: {swiftlet/network: outer}\n")
            try agent.put("plugged.yaml", server)
            let pod = try await agent.waitRunning("plugged")
            #expect(pod.ip == "10.97.0.2")
            expect(try await host.page("http://10.97.0.2/"), is: "plugged\n")
            expect(try await host.page("http://127.0.0.1:8711/"), is: "plugged\n")
            let networks = try await agent.cli("network", "ls").checked().text
            #expect(networks.contains("outer") && networks.contains("cni"), "\(networks)")
            // What the plugins were asked outlives the agent.
            try await agent.kill()
            try await agent.start()
            expect(try await host.page("http://10.97.0.2/"), is: "plugged\n")
            #expect(try FileSystem.list("\(agent.root)/cni").count == 1)
            try await agent.removeAll()
            #expect(try FileSystem.list("\(agent.root)/cni") == [])
            #expect(try FileSystem.list("\(agent.folder)/leases/outer").filter { $0.hasPrefix("10.97.") } == [])
            let script = "iptables-save | grep -e 8711 -e 10.97.0.2 || echo none"
            expect(try await host.run("/bin/sh", "-ec", script).checked().text, is: "none\n")
            host.close()
        }
    }
}
