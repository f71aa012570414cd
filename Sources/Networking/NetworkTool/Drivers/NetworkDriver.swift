import JSONCoding
import Netlink
import NetworkSpec

/// One way to put a container on a network.
protocol NetworkDriver {
    /// Connects the container. What it made before it failed it takes back itself.
    func setUp(_ namespace: Kernel.ContainerNamespace) throws -> AttachmentResult

    /// Disconnects the container, as far as it is there.
    ///
    /// - Parameter namespace: Nil where it is gone, and with it what was inside.
    func tearDown(_ namespace: Kernel.ContainerNamespace?) throws
}

/// What came of a setup.
struct AttachmentResult {
    /// What goes to the caller.
    var answer: JSONNode
    /// What the name server is to know.
    var names: NameEntry?
}

/// What drivers work with.
struct DriverContext {
    var kernel: Kernel
    var namespacePath: String
    var request: SetupRequest
    var attachment: SetupRequest.Attachment
    /// Nil for the driver `none`.
    var firewall: HostFirewall?
    /// netavark's major version, whose defaults differ.
    var generation: Int
    /// Whether names are served.
    var hasNames: Bool
    var nameServerPort: UInt16
    var pluginDirectories: [String]

    /// Chooses the driver of a network.
    func driver() throws -> any NetworkDriver {
        switch attachment.network.driver {
        case "bridge": try BridgeNetwork(self)
        case "macvlan", "ipvlan": try SharedLinkNetwork(self)
        default: try PluginNetwork(self)
        }
    }

    /// The file with names that the container gets on this network.
    func names(at addresses: [IPAddress], _ assigned: AssignedAddresses) -> NameEntry? {
        guard hasNames, attachment.network.dnsEnabled, !addresses.isEmpty else { return nil }
        return NameEntry(
            network: attachment.network.name,
            isInternal: attachment.network.isInternal,
            listenAddresses: addresses,
            networkServers: attachment.network.dnsServers,
            container: request.containerID,
            addresses: assigned.addresses.map(\.address.address),
            names: NameEntry.names(request.containerName, attachment.options.aliases ?? []),
            servers: request.dnsServers
        )
    }
}
