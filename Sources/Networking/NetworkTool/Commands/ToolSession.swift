import Glibc
import Linux
import NetworkSpec

/// What one call works with: its options, the kernel, the firewall, the names.
struct ToolSession {
    let options: ToolOptions
    let state: StateFolder
    let kernel: Kernel
    /// netavark's major version whose defaults hold.
    let generation: Int
    let nameServerPort: UInt16
    let nameServer: String?

    init(_ options: ToolOptions) throws {
        self.options = options
        state = StateFolder(options.config)
        kernel = try Kernel()
        generation = ToolVersion.generation
        nameServer = NameServer.find(options.nameServer)
        let port = getenv("NETAVARK_DNS_PORT").map { String(cString: $0) } ?? ""
        guard port.isEmpty || UInt16(port).map({ $0 > 0 }) == true else {
            throw ToolError("NETAVARK_DNS_PORT: \"\(port)\" is no port")
        }
        nameServerPort = UInt16(port) ?? 53
    }

    /// Names as they stand in the folder, and their server.
    var names: NameServer {
        NameServer(
            program: nameServer ?? "",
            folder: NameFolder(options.config),
            port: nameServerPort,
            isRootless: options.isRootless
        )
    }

    /// The firewall of the driver that was asked for; nil for `none`.
    func firewall() throws -> HostFirewall? {
        switch options.firewallDriver ?? HostFirewall.driverName {
        case HostFirewall.driverName:
            ToolLog.info("netavark::firewall", "Using nftables firewall driver")
            return try during("firewall") {
                try HostFirewall(FirewallRecords(options.config), generation: generation)
            }
        case "none":
            ToolLog.info("netavark::firewall", "Not using firewall")
            return nil
        case let name where name == "iptables" || name == "firewalld":
            throw ToolError("firewall driver \"\(name)\" is not served by this program: use nftables or none")
        case let name:
            throw ToolError("Must provide a valid firewall driver, got \(name)")
        }
    }

    /// The request, from the file or standard input.
    func request() throws(ToolError) -> SetupRequest {
        let bytes = try during("failed to load network options") { () throws -> [UInt8] in
            if let file = options.file { return try FileSystem.read(file, limit: 16 << 20) }
            return try Descriptor(owning: dup(STDIN_FILENO)).readToEnd(limit: 16 << 20)
        }
        return try SetupRequest.decode(bytes)
    }

    /// What a driver works with.
    func context(
        _ request: SetupRequest,
        _ attachment: SetupRequest.Attachment,
        _ firewall: HostFirewall?,
        namespacePath: String
    ) -> DriverContext {
        DriverContext(
            kernel: kernel,
            namespacePath: namespacePath,
            request: request,
            attachment: attachment,
            firewall: firewall,
            generation: generation,
            hasNames: nameServer != nil,
            nameServerPort: nameServerPort,
            pluginDirectories: options.pluginDirectories
        )
    }

    /// Only one call at a time changes the host.
    func lock() throws(ToolError) -> StateFolder.Lock { try state.lock("firewall/firewall-reload.lock") }

    /// The lock of the names, which other programs take too.
    func lockNames() throws(ToolError) -> StateFolder.Lock { try state.lock("aardvark.lock") }
}
