import NetworkSpec

/// What the name server is to know of a container on a network.
struct NameEntry: Sendable, Hashable {
    var network: String
    var isInternal: Bool
    /// Where the network's names are asked for.
    var listenAddresses: [IPAddress]
    /// Servers for everything else, instead of the host's.
    var networkServers: [IPAddress]
    var container: String
    var addresses: [IPAddress]
    var names: [String]
    var servers: [IPAddress]

    /// The names of a container that can be names; of the others the log tells.
    static func names(_ name: String, _ aliases: [String]) -> [String] {
        var names: [String] = []
        for candidate in [name] + aliases where !names.contains(candidate) {
            if isUsable(candidate) {
                names.append(candidate)
            } else {
                let kind = candidate == name ? "container name" : "network alias"
                ToolLog.warn("netavark::dns::aardvark", "invalid \(kind) \(candidate.debugDescription): ignored")
            }
        }
        return names
    }

    /// Spaces, commas and line ends are what the file's fields are told apart by.
    private static func isUsable(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value > 32 && $0.value != 127 && $0 != "," }
    }

    /// The first line of the network's file.
    static func head(_ addresses: [IPAddress], _ servers: [IPAddress]) -> String {
        let text = addresses.map(\.description).joined(separator: ",")
        return servers.isEmpty ? text : text + " " + servers.map(\.description).joined(separator: ",")
    }

    /// The container's line.
    var line: String {
        func list(_ family: IPAddress.Family) -> String {
            addresses.filter { $0.family == family }.map(\.description).joined(separator: ",")
        }
        var fields = [container, list(.v4), list(.v6), names.joined(separator: ",")]
        if !servers.isEmpty { fields.append(servers.map(\.description).joined(separator: ",")) }
        return fields.joined(separator: " ")
    }
}
