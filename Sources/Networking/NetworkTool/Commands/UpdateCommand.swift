import NetworkSpec

/// Gives a network's names other servers for what is not its own.
enum UpdateCommand {
    static func run(_ session: ToolSession, network: String, servers: [String]) throws {
        let addresses = try servers.map { text in
            guard let address = IPAddress(text) else { throw ToolError("invalid DNS server \"\(text)\"") }
            return address
        }
        guard !network.isEmpty, !network.contains("/"), !network.hasPrefix(".") else {
            throw ToolError("\"\(network)\" is no name of a network")
        }
        let lock = try session.lockNames()
        defer { withExtendedLifetime(lock) {} }
        let server = session.names
        if try server.folder.update(network: network, servers: addresses) { try server.notify() }
    }
}
