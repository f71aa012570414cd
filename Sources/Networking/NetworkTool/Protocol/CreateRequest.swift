import JSONCoding
import NetworkSpec

/// What `create` reads: a network as far as it is known, what is taken already, and where to choose from.
struct CreateRequest: Sendable, Hashable, Decodable {
    var network: CreatedNetwork
    var used: Used
    var options: Options

    struct Used: Sendable, Hashable, Decodable {
        var interfaces: [String]
        var names: [String: String]
        var subnets: [IPPrefix]
    }

    struct Options: Sendable, Hashable, Decodable {
        var pools: [Pool]
        var interfacePrefix: String?
        var checksUsedSubnets: Bool

        enum CodingKeys: String, CodingKey {
            case pools = "subnet_pools"
            case interfacePrefix = "default_interface_name"
            case checksUsedSubnets = "check_used_subnets"
        }
    }

    /// Where subnets are taken from: all of a size in a base.
    struct Pool: Sendable, Hashable, Decodable {
        var base: IPPrefix
        var size: Int
    }
}

/// A network's definition on its way; the answer of `create` has the same form.
struct CreatedNetwork: Sendable, Hashable, Codable {
    var name: String
    var id: String
    var driver: String
    var networkInterface: String?
    var created: String?
    var subnets: [NetworkDefinition.Subnet]?
    var routes: [Route]?
    var ipv6Enabled: Bool
    var isInternal: Bool
    var dnsEnabled: Bool
    var dnsServers: [IPAddress]?
    var labels: [String: String]?
    var options: [String: String]?
    var ipamOptions: [String: String]?

    struct Route: Sendable, Hashable, Codable {
        var destination: IPPrefix
        var gateway: IPAddress?
        var metric: UInt32?
        var kind: String?

        enum CodingKeys: String, CodingKey {
            case destination, gateway, metric
            case kind = "route_type"
        }
    }

    enum CodingKeys: String, CodingKey {
        case name, id, driver, created, subnets, routes, labels, options
        case networkInterface = "network_interface"
        case ipv6Enabled = "ipv6_enabled"
        case isInternal = "internal"
        case dnsEnabled = "dns_enabled"
        case dnsServers = "network_dns_servers"
        case ipamOptions = "ipam_options"
    }
}
