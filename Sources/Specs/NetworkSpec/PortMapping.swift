/// Ports of the host that lead to ports of a pod, as podman passes them to netavark.
public struct PortMapping: Sendable, Hashable {
    /// A transport protocol with ports.
    public enum TransportProtocol: String, Sendable, Hashable, Codable, CaseIterable {
        case tcp
        case udp
        case sctp
    }

    /// The protocol.
    public var transportProtocol: TransportProtocol
    /// The host's address that is meant; nil means all of them.
    public var hostIP: IPAddress?
    /// The first port on the host.
    public var hostPort: UInt16
    /// The first port in the pod.
    public var containerPort: UInt16
    /// How many ports, counted upwards on both sides.
    public var range: UInt16

    /// Makes a mapping. An unspecified address (`0.0.0.0`, `::`) stays: it means all addresses of its family.
    public init(
        _ transportProtocol: TransportProtocol = .tcp,
        hostIP: IPAddress? = nil,
        hostPort: UInt16,
        containerPort: UInt16,
        range: UInt16 = 1
    ) {
        self.transportProtocol = transportProtocol
        self.hostIP = hostIP
        self.hostPort = hostPort
        self.containerPort = containerPort
        self.range = range
    }
}

extension PortMapping: Codable {
    enum CodingKeys: String, CodingKey {
        case hostIP = "host_ip"
        case containerPort = "container_port"
        case hostPort = "host_port"
        case range
        case transportProtocol = "protocol"
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        // podman writes "" where no address is meant.
        let host = try values.decodeIfPresent(String.self, forKey: .hostIP) ?? ""
        hostIP = host.isEmpty ? nil : try values.decode(IPAddress.self, forKey: .hostIP)
        containerPort = try values.decode(UInt16.self, forKey: .containerPort)
        hostPort = try values.decode(UInt16.self, forKey: .hostPort)
        range = try values.decodeIfPresent(UInt16.self, forKey: .range) ?? 1
        transportProtocol = try values.decode(TransportProtocol.self, forKey: .transportProtocol)
        guard hostPort > 0, containerPort > 0, range > 0, Int(hostPort) + Int(range) <= 65_536,
            Int(containerPort) + Int(range) <= 65_536
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .range,
                in: values,
                debugDescription: "\(range) ports from \(hostPort) to \(containerPort) lie outside of 1 to 65535"
            )
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(hostIP.map(\.description) ?? "", forKey: .hostIP)
        try values.encode(containerPort, forKey: .containerPort)
        try values.encode(hostPort, forKey: .hostPort)
        try values.encode(range, forKey: .range)
        try values.encode(transportProtocol, forKey: .transportProtocol)
    }
}
