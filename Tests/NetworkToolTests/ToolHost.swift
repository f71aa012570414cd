import Glibc
import JSONCoding
import Linux
import TestSupport
import Testing

/// A host of the calling thread's own (made by `inPrivateNetwork`), containers that are network namespaces, and the tool.
final class ToolHost {
    let directory: TemporaryDirectory
    var environment: [String: String] = ["NETAVARK_FW": "nftables"]

    /// - Parameter config: Where the tool keeps its state, below the folder of the test.
    init() throws {
        directory = try TemporaryDirectory("tool")
        // Namespaces with names, and settings of the host's that belong to nobody else.
        try Command("mount", "-t", "tmpfs", "none", "/run").run().checked()
        try FileSystem.makeDirectories("/run/netns")
        try FileSystem.makeDirectories(directory("config"))
    }

    /// A machine beside the host: 192.0.2.1 here, 192.0.2.2 there; and documentation prefixes of IPv6.
    func addNeighbour() throws {
        _ = try container("outside")
        for line in [
            "link add uplink type veth peer name eth0 netns outside", "addr add 192.0.2.1/24 dev uplink",
            "addr add 2001:db8::1/64 dev uplink nodad", "link set uplink up", "-n outside addr add 192.0.2.2/24 dev eth0",
            "-n outside addr add 2001:db8::2/64 dev eth0 nodad", "-n outside link set eth0 up", "-n outside link set lo up",
        ] { try ip(line) }
    }

    func ip(_ line: String) throws { _ = try Command(["ip"] + line.split(separator: " ").map(String.init)).run().checked() }

    /// Makes a container's network namespace; gives its path.
    func container(_ name: String) throws -> String {
        try ip("netns add \(name)")
        return "/run/netns/\(name)"
    }

    /// Runs a closure in a container's namespace.
    func within<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
        try onFreshThread {
            try Namespace.enter(try Descriptor.open("/run/netns/\(name)", O_RDONLY), kind: .network)
            return try body()
        }
    }

    /// Whether a connection from a container to an address comes about.
    func reaches(_ address: String, port: UInt16, from name: String) throws -> Bool {
        do {
            _ = try within(name) { try TestSocket.connection(to: address, port: port) }
            return true
        } catch let error as SystemError where error.call == "connect" {
            return false
        }
    }

    /// Runs the tool.
    func tool(_ arguments: String..., input: String = "") throws -> Command.Outcome {
        var command = Command(
            [TestBinaries.networkTool, "--config", directory("config"), "-a", TestBinaries.nameServer] + arguments,
            input: Array(input.utf8)
        )
        command.environment = environment
        return try command.run()
    }

    @discardableResult
    func setUp(_ container: String, _ request: String) throws -> JSONNode {
        try JSON.parse(try tool("setup", "/run/netns/\(container)", input: request).checked().output)
    }

    func tearDown(_ container: String, _ request: String) throws {
        let outcome = try tool("teardown", "/run/netns/\(container)", input: request).checked()
        #expect(outcome.text.isEmpty)
    }

    /// The text of `{"error": …}` of a call that failed.
    func failure(_ outcome: Command.Outcome) throws -> String? {
        guard outcome.status == .exited(1), outcome.text.split(separator: "\n").count == 1 else { return nil }
        return try JSON.parse(outcome.output)["error"]?.stringValue
    }

    func rules(_ chain: String? = nil) throws -> String {
        let what = chain.map { ["chain", "inet", "netavark", $0] } ?? ["table", "inet", "netavark"]
        return try Command(["nft", "list"] + what).run().text
    }

    func ruleset() throws -> String { try Command("nft", "list", "ruleset").run().checked().text }

    /// What podman would send for one container on one network.
    static func request(
        _ id: String,
        _ address: String,
        network: String = "net1",
        subnets: [String] = ["10.89.0.0/24"],
        extra: String = "",
        ports: String = "",
        container: String = ""
    ) -> String {
        let list = subnets.map { subnet in
            let base = subnet.split(separator: "/")[0]
            let gateway = base.hasSuffix("::") ? "\(base)1" : base.split(separator: ".").dropLast().joined(separator: ".") + ".1"
            return #"{"subnet":"\#(subnet)","gateway":"\#(gateway)"}"#
        }
        let addresses = address.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ",")
        return """
            {"container_id":"\(id)","container_name":"name-\(id)","port_mappings":[\(ports)],
             "networks":{"\(network)":{"static_ips":[\(addresses)],"interface_name":"eth0"\(container)}},
             "network_info":{"\(network)":{"name":"\(network)","id":"\(network)0123456789abcdef","driver":"bridge",
              "network_interface":"br-\(network)","subnets":[\(list.joined(separator: ","))],"ipv6_enabled":true,
              "internal":false,"dns_enabled":false,"ipam_options":{"driver":"host-local"}\(extra)}}}
            """
    }

    static func port(_ host: Int, _ container: Int, _ transport: String = "tcp", address: String = "", range: Int = 1) -> String {
        """
        {"host_ip":"\(address)","container_port":\(container),"host_port":\(host),"range":\(range),"protocol":"\(transport)"}
        """
    }
}
