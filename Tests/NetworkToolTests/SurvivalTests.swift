import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

@Suite("Many at once, and ends at any moment", .needsPrivateHost) struct SurvivalTests {
    @Test("Twenty containers come at once and go at once; nothing is there twice, nothing is left") func concurrent() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let links = try Command("ip", "-br", "link").run().text
            let requests = (0..<20).map { number in
                // Two networks; every container has a port of the host.
                ToolHost.request(
                    "c\(number)", "10.8\(number % 2).0.\(number + 2)", network: "net\(number % 2)",
                    subnets: ["10.8\(number % 2).0.0/24"], ports: ToolHost.port(8000 + number, 80)
                )
            }
            for number in requests.indices { _ = try host.container("c\(number)") }
            for command in ["setup", "teardown"] {
                var running: [Running] = []
                for (number, request) in requests.enumerated() {
                    try host.directory.write("request\(number)", request)
                    let arguments = [
                        TestBinaries.networkTool, "--config", host.directory("config"), "--file",
                        host.directory("request\(number)"), command, "/run/netns/c\(number)",
                    ]
                    running.append(Running(try Command(arguments).spawn()))
                }
                for process in running { #expect(try process.handle.wait() == .exited(0), "\(command)") }
                guard command == "setup" else { continue }
                let rules = try host.rules()
                for number in requests.indices {
                    #expect(rules.contains("tcp dport \(8000 + number) dnat ip to 10.8\(number % 2).0.\(number + 2):80"))
                }
                #expect(rules.split(separator: "\n").filter { $0.contains("ip saddr 10.80.0.0/24 accept") }.count == 1)
            }
            #expect(try Command("ip", "-br", "link").run().text == links)
            #expect(try !host.ruleset().contains("10.8"))
            #expect(try FileSystem.list(host.directory("config/firewall/claims")).isEmpty)
        }
    }

    /// An Optional of what cannot be copied is not for every compiler, nor is a list.
    private final class Running {
        let handle: ProcessHandle
        init(_ handle: consuming ProcessHandle) { self.handle = handle }
    }

    @Test("Killed at any moment of a setup or a teardown: a teardown finds all of it, and the next setup works") func killed() throws {
        try inPrivateNetwork {
            let host = try ToolHost()
            let links = try Command("ip", "-br", "link").run().text
            let path = try host.container("web")
            let request = ToolHost.request("aaa", "10.89.0.5", ports: ToolHost.port(8080, 80) + "," + ToolHost.port(8081, 81, "udp"))
            for step in 1...40 {
                for command in ["setup", "teardown"] {
                    if command == "teardown" { try host.setUp("web", request) }
                    var tool = Command(
                        [
                            // Steps of 0.3 ms.
                            "timeout", "-s", "KILL", "\(Double(step) * 0.0003)",
                            TestBinaries.networkTool, "--config", host.directory("config"), command, path,
                        ], input: Array(request.utf8))
                    tool.environment = host.environment
                    _ = try tool.run()
                    // What it has not got to is told, and no obstacle.
                    let outcome = try host.tool("teardown", path, input: request)
                    if !outcome.succeeded { #expect(try host.failure(outcome)?.contains("No such device") == true, "\(outcome)") }
                    #expect(try Command("ip", "-br", "link").run().text == links, "\(command), step \(step)")
                    #expect(try !host.ruleset().contains("10.89.0"), "\(command), step \(step)")
                }
            }
            try host.setUp("web", request)
            try host.tearDown("web", request)
            #expect(try FileSystem.list(host.directory("config/firewall/ports")).isEmpty)
            #expect(try FileSystem.list(host.directory("config/firewall/claims")).isEmpty)
        }
    }
}
