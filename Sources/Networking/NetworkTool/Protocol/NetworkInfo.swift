import NetworkSpec

/// A network as podman describes it to netavark, in `network_info` and in `create`. Members that are unknown are left alone:
/// podman adds some from version to version.
struct NetworkInfo: Sendable, Hashable, Decodable {
    var name: String
    var id: String
    var driver: String
    var networkInterface: String?
    var subnets: [Subnet]
    var routes: [Route]
    var isInternal: Bool
    var ipv6Enabled: Bool
    var dnsEnabled: Bool
    var dnsServers: [IPAddress]
    var options: [String: String]
    var ipamOptions: [String: String]

    struct Subnet: Sendable, Hashable, Decodable {
        var subnet: IPPrefix
        var gateway: IPAddress?
    }

    struct Route: Sendable, Hashable, Decodable {
        var destination: IPPrefix
        var gateway: IPAddress?
        var metric: UInt32?
        var kind: Kind?

        /// What becomes of packets that take it.
        enum Kind: String, Sendable, Hashable, Decodable {
            case unicast
            case blackhole
            case unreachable
            case prohibit

            /// The kernel's, `RTN_…`.
            var number: UInt8 {
                switch self {
                case .unicast: 1
                case .blackhole: 6
                case .unreachable: 7
                case .prohibit: 8
                }
            }
        }

        enum CodingKeys: String, CodingKey {
            case destination, gateway, metric
            case kind = "route_type"
        }
    }

    enum CodingKeys: String, CodingKey {
        case name, id, driver, subnets, routes, options
        case networkInterface = "network_interface"
        case isInternal = "internal"
        case ipv6Enabled = "ipv6_enabled"
        case dnsEnabled = "dns_enabled"
        case dnsServers = "network_dns_servers"
        case ipamOptions = "ipam_options"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        name = try values.decode(String.self, forKey: .name)
        id = try values.decode(String.self, forKey: .id)
        driver = try values.decode(String.self, forKey: .driver)
        networkInterface = try values.decodeIfPresent(String.self, forKey: .networkInterface)
        if networkInterface == "" { networkInterface = nil }
        subnets = try values.decodeIfPresent([Subnet].self, forKey: .subnets) ?? []
        routes = try values.decodeIfPresent([Route].self, forKey: .routes) ?? []
        isInternal = try values.decodeIfPresent(Bool.self, forKey: .isInternal) ?? false
        ipv6Enabled = try values.decodeIfPresent(Bool.self, forKey: .ipv6Enabled) ?? false
        dnsEnabled = try values.decodeIfPresent(Bool.self, forKey: .dnsEnabled) ?? false
        dnsServers = try values.decodeIfPresent([IPAddress].self, forKey: .dnsServers) ?? []
        options = try values.decodeIfPresent([String: String].self, forKey: .options) ?? [:]
        ipamOptions = try values.decodeIfPresent([String: String].self, forKey: .ipamOptions) ?? [:]
    }

    /// Who chooses addresses: `host-local` (the caller), `dhcp`, `none`.
    func addressManagement() throws(ToolError) -> AddressManagement {
        let name = ipamOptions["driver"] ?? (subnets.isEmpty ? "none" : "host-local")
        guard let known = AddressManagement(rawValue: name) else {
            throw ToolError("unsupported ipam driver \(name)")
        }
        return known
    }

    enum AddressManagement: String {
        case hostLocal = "host-local"
        case dhcp
        case none
    }
}
