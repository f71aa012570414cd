import NetworkSpec

/// What `setup` answers of a network.
struct StatusBlock: Sendable, Hashable, Encodable {
    var dnsSearchDomains: [String] = []
    var dnsServers: [IPAddress] = []
    var interfaces: [String: Interface]

    struct Interface: Sendable, Hashable, Encodable {
        var address: String
        var subnets: [Address]

        enum CodingKeys: String, CodingKey {
            case subnets
            case address = "mac_address"
        }
    }

    struct Address: Sendable, Hashable, Encodable {
        var gateway: IPAddress?
        var address: IPPrefix

        enum CodingKeys: String, CodingKey {
            case gateway
            case address = "ipnet"
        }
    }

    enum CodingKeys: String, CodingKey {
        case interfaces
        case dnsSearchDomains = "dns_search_domains"
        case dnsServers = "dns_server_ips"
    }
}
