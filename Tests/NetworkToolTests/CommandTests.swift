import JSONCoding
import Linux
import TestSupport
import Testing

@Suite("The tool's command line", .needsPrivateHost) struct CommandTests {
    @Test("Versions, help and what is no command") func versions() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let link = host.directory("netavark")
            try FileSystem.makeSymbolicLink(at: link, to: TestBinaries.networkTool)
            #expect(try Command(link, "--version").run().checked().text == "netavark 1.17.2\n")
            let version = try JSON.parse(try host.tool("version").checked().output)
            #expect(version["version"]?.stringValue == "1.17.2" && version["default_fw_driver"]?.stringValue == "nftables")
            host.environment["NETAVARK_GENERATION"] = "2"
            #expect(try JSON.parse(try host.tool("version").checked().output)["version"]?.stringValue == "2.1.0")
            #expect(try host.tool("--help").checked().text.contains("teardown NETNS"))
            for line in [["frobnicate"], ["setup"], ["version", "x"], ["--nonsense", "version"], ["-r", "maybe", "version"]] {
                let outcome = try Command([TestBinaries.networkTool] + line).run()
                #expect(outcome.status == .exited(2) && outcome.text.isEmpty, "\(line)")
            }
        }
    }

    @Test("Bad input is refused with one line that says what and where, and leaves nothing") func badInput() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let path = try host.container("web")
            let good = ToolHost.request("aaa", "10.89.0.5")
            let links = try Command("ip", "-br", "link").run().text
            func refused(_ request: String, _ words: String, namespace: String? = nil, _ driver: String = "nftables") throws {
                host.environment["NETAVARK_FW"] = driver
                let outcome = try host.tool("setup", namespace ?? path, input: request)
                let text = try host.failure(outcome)
                #expect(text?.contains(words) == true, "\(words)\n\(outcome)")
                #expect(try Command("ip", "-br", "link").run().text == links)
                #expect(try !host.ruleset().contains("10.89.0"))
            }
            try refused("{", "line 1, column")
            try refused(good.replacing("10.89.0.0/24", with: "10.89.0.0/33"), "subnets[0].subnet")
            try refused(good, "invalid namespace path: IO error: No such file or directory (os error 2)", namespace: "/test/1")
            try refused(good, "invalid namespace path", namespace: "/proc/thread-self/ns/net")
            try refused(good, "invalid namespace path", namespace: "/dev/null")
            try refused(ToolHost.request("aaa", "10.99.0.5"), "10.99.0.5 lies in none of the network's subnets")
            try refused(
                ToolHost.request("aaa", "10.89.0.5", subnets: ["10.89.0.0/24", "10.89.0.128/25"]), "overlapping subnets")
            let long = String(repeating: "x", count: 40)
            try refused(good.replacing("\"eth0\"", with: "\"\(long)\""), "\"\(long)\" is no interface name")
            try refused(good.replacing("br-net1", with: "lo"), "bridge interface lo already exists")
            try refused(good.replacing("\"aaa\"", with: "\"../../x\""), "is no container's id")
            try refused(good.replacing(#""driver":"bridge""#, with: #""driver":"warp""#), #"unknown network driver "warp""#)
            try refused(good.replacing("host-local", with: "other"), "unsupported ipam driver other")
            try refused(good.replacing("host-local", with: "dhcp"), "cannot use dhcp ipam driver without")
            try refused(
                ToolHost.request("aaa", "10.89.0.5", extra: #","options":{"mode":"unmanaged"}"#),
                "in unmanaged mode, the bridge must already exist on the host: Netlink error: No such device (os error 19)"
            )
            try refused(ToolHost.request("aaa", "10.89.0.5", extra: #","options":{"vlan":"4095"}"#), "no number from 0 to 4094")
            try refused(ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(65535, 80, range: 2)), "lie outside of 1 to 65535")
            try refused(ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(80, 80, address: "abcd")),
                #"invalid host ip "abcd" provided for port 80"#)
            try refused(good, #"firewall driver "iptables" is not served"#, "iptables")
            try refused(good, "Must provide a valid firewall driver, got ipfw", "ipfw")
        }
    }

    @Test("A setup that fails late takes back what it made") func takenBack() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let path = try host.container("web")
            let links = try Command("ip", "-br", "link").run().text
            // The name server cannot be started.
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
                .replacing(#""dns_enabled":false"#, with: #""dns_enabled":true"#)
            let outcome = try host.tool("-a", "/bin/false", "setup", path, input: request)
            #expect(
                try host.failure(outcome)
                    == "error while applying dns entries: aardvark-dns exited unexpectedly without error message"
            )
            #expect(try Command("ip", "-br", "link").run().text == links)
            #expect(try !host.ruleset().contains("10.89.0"))
            #expect(try FileSystem.list(host.directory("config/aardvark-dns")).isEmpty)
        }
    }

    @Test("Driver none has no rules; a driver by a program gets the container and answers") func otherDrivers() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let path = try host.container("web")
            host.environment["NETAVARK_FW"] = "none"
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80))
            try host.setUp("web", request)
            #expect(try host.ruleset().isEmpty)
            try host.tearDown("web", request)
            _ = try host.directory.makeDirectory("plugins")
            try host.directory.write(
                "plugins/mine", "#!/bin/sh\ncat >\(host.directory("seen"))\necho \"{\\\"interfaces\\\":{\\\"$1\\\":{}}}\"\n")
            try Command("chmod", "+x", host.directory("plugins/mine")).run().checked()
            let other = request.replacing(#""driver":"bridge""#, with: #""driver":"mine""#)
            let outcome = try host.tool("--plugin-directory", host.directory("plugins"), "setup", path, input: other).checked()
            #expect(try JSON.parse(outcome.output)["net1"]?["interfaces"]?["setup"] != nil)
            let seen = try JSON.parse(try FileSystem.read(host.directory("seen")))
            #expect(seen["network"]?["driver"]?.stringValue == "mine")
            #expect(seen["network_options"]?["interface_name"]?.stringValue == "eth0")
            try host.directory.write("plugins/mine", "#!/bin/sh\necho '{\"error\":\"no luck\"}'\nexit 3\n")
            let failed = try host.tool("--plugin-directory", host.directory("plugins"), "setup", path, input: other)
            #expect(try host.failure(failed) == #"plugin "mine" failed: exit code 3, message: no luck"#)
        }
    }
}
