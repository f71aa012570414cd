import Glibc
import JSONCoding
import Linux

/// The program `swiftlet-network`: everything but its `main`.
public enum NetworkToolProgram {
    /// Runs a command line, the program's name first; gives the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        let name = arguments.first.map { FileSystem.split($0).name } ?? "swiftlet-network"
        do {
            var environment: [String: String] = [:]
            if let driver = getenv("NETAVARK_FW") { environment["NETAVARK_FW"] = String(cString: driver) }
            let options = try ToolOptions(Array(arguments.dropFirst()), environment: environment)
            try run(options, name)
            return 0
        } catch let error as ToolOptions.UsageError {
            write(STDERR_FILENO, "error: \(error)\n\n\(ToolOptions.usage)")
            return 2
        } catch {
            write(STDOUT_FILENO, JSON.serialize(["error": JSONNode(ToolError(error).description)]))
            return 1
        }
    }

    private static func run(_ options: ToolOptions, _ name: String) throws {
        switch options.command {
        case .help: write(STDOUT_FILENO, ToolOptions.usage)
        case .versionLine:
            write(
                STDOUT_FILENO,
                name == "swiftlet-network" ? "swiftlet-network \(ToolVersion.own)" : "netavark \(ToolVersion.number)")
        case .version: write(STDOUT_FILENO, JSON.serialize(ToolVersion.description, style: .pretty))
        case .setup(let namespace):
            let answer = try SetupCommand.run(ToolSession(options), namespacePath: namespace)
            write(STDOUT_FILENO, JSON.serialize(answer))
        case .teardown(let namespace): try TeardownCommand.run(ToolSession(options), namespacePath: namespace)
        case .update(let network, let servers):
            try UpdateCommand.run(ToolSession(options), network: network, servers: servers)
        case .firewallReload: try ReloadCommand.run(ToolSession(options))
        case .firewallWatch: try WatchCommand.run(ToolSession(options))
        case .create: write(STDOUT_FILENO, try JSON.serialize(CreateCommand.run(options)))
        case .dhcpProxy: throw ToolError("dhcp-proxy: leases are not served by this program")
        }
    }

    private static func write(_ descriptor: Int32, _ text: String) { write(descriptor, Array(text.utf8)) }

    private static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
        var rest = (bytes + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // Where nobody listens there is no one to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
