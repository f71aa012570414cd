import JSONCoding
import NetworkSpec

/// What `setup` and `teardown` read: a container and the networks that it is to be on.
struct SetupRequest: Sendable, Hashable, Decodable {
    var containerID: String
    var containerName: String
    var hostname: String?
    private(set) var ports: [PortMapping] = []
    private var requestedPorts: [RequestedPort]
    var dnsServers: [IPAddress]
    /// In the order in which they are set up.
    var attachments: [Attachment]
    /// All of it as it came, for plugins.
    var raw: JSONNode

    /// One network of the container.
    struct Attachment: Sendable, Hashable {
        /// The name by which the caller knows it.
        var name: String
        var network: NetworkInfo
        var options: Options
    }

    /// What a container wants of a network.
    struct Options: Sendable, Hashable, Decodable {
        var name: String?
        var interface: String
        var staticIPs: [IPAddress]?
        var staticMAC: MACAddress?
        var aliases: [String]?
        var options: [String: String]?

        enum CodingKeys: String, CodingKey {
            case name, aliases, options
            case interface = "interface_name"
            case staticIPs = "static_ips"
            case staticMAC = "static_mac"
        }
    }

    enum CodingKeys: String, CodingKey {
        case networks
        case containerID = "container_id"
        case containerName = "container_name"
        case hostname = "container_hostname"
        case ports = "port_mappings"
        case dnsServers = "dns_servers"
        case networkInfo = "network_info"
    }

    init(from decoder: any Decoder) throws {
        raw = try JSONNode(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        containerID = try values.decode(String.self, forKey: .containerID)
        containerName = try values.decode(String.self, forKey: .containerName)
        hostname = try values.decodeIfPresent(String.self, forKey: .hostname)
        requestedPorts = try values.decodeIfPresent([RequestedPort].self, forKey: .ports) ?? []
        dnsServers = try values.decodeIfPresent([IPAddress].self, forKey: .dnsServers) ?? []
        let networks = try values.decodeIfPresent([String: NetworkInfo].self, forKey: .networkInfo) ?? [:]
        let wanted: [(String, Options)]
        // podman 6 sends a list, which keeps the order.
        if raw["networks"]?.arrayValue != nil {
            wanted = try values.decode([Options].self, forKey: .networks).map { options in
                guard let name = options.name else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .networks, in: values, debugDescription: "a network without a name")
                }
                return (name, options)
            }
        } else {
            wanted = try values.decode([String: Options].self, forKey: .networks)
                .sorted { ($0.value.interface, $0.key) < ($1.value.interface, $1.key) }.map { ($0.key, $0.value) }
        }
        attachments = try wanted.map { name, options in
            guard let network = networks[name] else {
                throw DecodingError.dataCorruptedError(
                    forKey: .networkInfo, in: values, debugDescription: "network info for \(name) is missing")
            }
            guard Self.isSafe(network.id), Self.isSafe(network.name) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .networkInfo, in: values,
                    debugDescription: "network \(name) has an id or name that is no name of a file")
            }
            return Attachment(name: name, network: network, options: options)
        }
        guard Self.isSafe(containerID) else {
            throw DecodingError.dataCorruptedError(
                forKey: .containerID, in: values, debugDescription: "\"\(containerID)\" is no container's id")
        }
    }

    /// Whether a text can be part of a file's name and of a line of the name server's.
    private static func isSafe(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".." && text.utf8.count <= 128
            && text.utf8.allSatisfy { $0 > 32 && $0 != 127 && $0 != UInt8(ascii: "/") }
    }

    /// Reads a request's text. Errors name the place.
    static func decode(_ bytes: [UInt8]) throws(ToolError) -> SetupRequest {
        var request: SetupRequest
        do { request = try JSON.decode(SetupRequest.self, from: bytes) } catch {
            throw ToolError("failed to load network options: JSON error: \(error)")
        }
        for port in request.requestedPorts { request.ports += try port.mappings() }
        return request
    }
}

/// A port mapping as podman sends it: several protocols may stand in one.
private struct RequestedPort: Sendable, Hashable, Decodable {
    var range: UInt16?
    var hostIP: String?
    var hostPort: UInt16
    var containerPort: UInt16
    var transport: String?

    enum CodingKeys: String, CodingKey {
        case range
        case hostIP = "host_ip"
        case hostPort = "host_port"
        case containerPort = "container_port"
        case transport = "protocol"
    }

    func mappings() throws(ToolError) -> [PortMapping] {
        let range = max(1, range ?? 1)
        let host = hostIP ?? ""
        let address = host.isEmpty ? nil : IPAddress(host)
        if !host.isEmpty, address == nil {
            throw ToolError("invalid host ip \"\(host)\" provided for port \(hostPort)")
        }
        guard hostPort > 0, containerPort > 0, Int(hostPort) + Int(range) <= 65_536,
            Int(containerPort) + Int(range) <= 65_536
        else {
            throw ToolError("\(range) ports from \(hostPort) to \(containerPort) lie outside of 1 to 65535")
        }
        var mappings: [PortMapping] = []
        for name in (transport ?? "tcp").split(separator: ",") {
            guard let transport = PortMapping.TransportProtocol(rawValue: String(name)) else {
                throw ToolError("invalid protocol \"\(name)\" provided for port \(hostPort)")
            }
            mappings.append(
                PortMapping(transport, hostIP: address, hostPort: hostPort, containerPort: containerPort, range: range)
            )
        }
        return mappings
    }
}
