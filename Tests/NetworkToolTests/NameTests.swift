import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

@Suite("Names of containers", .needsPrivateHost) struct NameTests {
    private func named(_ request: String, servers: String = "") -> String {
        request.replacing(#""dns_enabled":false"#, with: #""dns_enabled":true\#(servers)"#)
    }

    @Test("A file for the server that is whole at any moment, a server that reads it and ends with the last container")
    func files() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            host.environment["NETAVARK_DNS_PORT"] = "5399"
            for name in ["web", "other"] { _ = try host.container(name) }
            let web = named(
                ToolHost.request("aaa", "10.89.0.5", container: #","aliases":["www","bad name"]"#),
                servers: #","network_dns_servers":["192.0.2.53"]"#
            )
            let other = named(ToolHost.request("bbb", "10.89.0.6"), servers: #","network_dns_servers":["192.0.2.53"]"#)
            let answer = try host.setUp("web", web)
            #expect(answer["net1"]?["dns_server_ips"]?[0]?.stringValue == "10.89.0.1")
            #expect(answer["net1"]?["dns_search_domains"]?[0]?.stringValue == "dns.podman")
            let file = host.directory("config/aardvark-dns/net1")
            #expect(try FileSystem.readText(file) == "10.89.0.1 192.0.2.53\naaa 10.89.0.5  name-aaa,www")
            let pid = try FileSystem.readText(host.directory("config/aardvark-dns/aardvark.pid"))
            let inode = try FileSystem.status(file).inode
            try host.setUp("other", other)
            // Another file in its place: who reads the old one reads all of it.
            #expect(try FileSystem.status(file).inode != inode)
            #expect(try FileSystem.readText(file).split(separator: "\n").last == "bbb 10.89.0.6  name-bbb")
            #expect(try FileSystem.readText(host.directory("config/aardvark-dns/aardvark.pid")) == pid)
            // By the gateway at port 53, which is redirected.
            let looked = try host.within("other") {
                try Command("dig", "+short", "+tries=1", "+time=3", "@10.89.0.1", "www.dns.podman", "A").run().checked().text
            }
            #expect(looked == "10.89.0.5\n")
            try host.tool("update", "net1", "--network-dns-servers", "192.0.2.1,192.0.2.2").checked()
            #expect(try FileSystem.readText(file).hasPrefix("10.89.0.1 192.0.2.1,192.0.2.2\naaa "))
            try host.tool("update", "net1", "--network-dns-servers", "").checked()
            #expect(try FileSystem.readText(file).hasPrefix("10.89.0.1\naaa "))
            try host.tearDown("web", web)
            #expect(try FileSystem.readText(file) == "10.89.0.1\nbbb 10.89.0.6  name-bbb")
            try host.tearDown("other", other)
            #expect(try FileSystem.list(host.directory("config/aardvark-dns")).isEmpty)
            #expect(try !host.rules().contains("5399"))
            // Ended: it may still wait for whoever adopted it.
            let state = (try? FileSystem.readText("/proc/\(pid)/stat")) ?? "gone"
            #expect(state == "gone" || state.contains(") Z "))
        }
    }
}
