import NetworkSpec

/// An element of one of the table's sets or maps.
public struct FirewallElement: Sendable, Hashable {
    /// Where it belongs.
    public var set: FirewallSet
    /// The key, each field padded to four bytes; in a set of ranges the first of each field.
    public var key: [UInt8]
    /// In a set of ranges the last of each field, else empty.
    public var keyEnd: [UInt8] = []
    /// The value of a map's element, likewise; empty in a set.
    public var value: [UInt8]
    /// Whose it is: the UID of a pod, the name of a network. nft shows it as the element's comment.
    public var owner: String

    init(_ set: FirewallSet, key: [[UInt8]], value: [[UInt8]] = [], owner: String) {
        self.set = set
        self.key = Self.padded(key)
        self.value = Self.padded(value)
        self.owner = owner
    }

    /// An element as the kernel lists it.
    init(_ set: FirewallSet, rawKey: [UInt8], rawKeyEnd: [UInt8] = [], rawValue: [UInt8], owner: String) {
        (self.set, key, keyEnd, value, self.owner) = (set, rawKey, rawKeyEnd, rawValue, owner)
    }

    /// What no two elements have in common.
    var identity: FirewallElement {
        FirewallElement(set, rawKey: key, rawKeyEnd: keyEnd, rawValue: [], owner: "")
    }

    private static func padded(_ fields: [[UInt8]]) -> [UInt8] {
        fields.flatMap { $0 + [UInt8](repeating: 0, count: (4 - $0.count & 3) & 3) }
    }

    /// The elements of a network: its bridge and its subnets.
    public static func network(
        bridge: String,
        subnets: [IPPrefix],
        isInternal: Bool,
        owner: String
    ) -> [FirewallElement] {
        let name = interfaceName(bridge)
        var elements = [
            FirewallElement(.bridges, key: [name], owner: owner),
            FirewallElement(.bridgePairs, key: [name, name], owner: owner),
        ]
        for subnet in subnets {
            let (first, last) = (subnet.first.bytes, subnet.last.bytes)
            var pair = FirewallElement(
                subnet.address.family == .v4 ? .subnetPairs4 : .subnetPairs6,
                key: [first, first],
                owner: owner
            )
            pair.keyEnd = last + last
            elements.append(pair)
        }
        if isInternal { elements.append(FirewallElement(.internalBridges, key: [name], owner: owner)) }
        return elements
    }

    /// The elements of a port mapping to a pod: one for each port and family, as far as the pod has an address of it.
    ///
    /// A mapping without a host address, or with the unspecified one of a family, holds for all addresses of the host.
    public static func ports(_ mapping: PortMapping, to addresses: [IPAddress], owner: String) -> [FirewallElement] {
        addresses.flatMap { address -> [FirewallElement] in
            if let host = mapping.hostIP, host.family != address.family { return [] }
            let isIPv4 = address.family == .v4
            return (0..<mapping.range).map { offset in
                let port = [mapping.transportProtocol.number, bytes(mapping.hostPort + offset)]
                let target = [address.bytes, bytes(mapping.containerPort + offset)]
                guard let host = mapping.hostIP, !host.isUnspecified else {
                    return FirewallElement(isIPv4 ? .ports4 : .ports6, key: port, value: target, owner: owner)
                }
                return FirewallElement(
                    isIPv4 ? .addressPorts4 : .addressPorts6,
                    key: [host.bytes] + port,
                    value: target,
                    owner: owner
                )
            }
        }
    }

    /// The elements of a bridge's port: what comes in there comes from this hardware address and these addresses.
    public static func sender(
        port: String,
        macAddress: MACAddress,
        addresses: [IPAddress],
        owner: String
    ) -> [FirewallElement] {
        let name = interfaceName(port)
        return [
            FirewallElement(.guardedPorts, key: [name], owner: owner),
            FirewallElement(.senderMACs, key: [name, macAddress.bytes], owner: owner),
        ] + senders(port: port, addresses: addresses, owner: owner)
    }

    /// More addresses of a guarded port.
    public static func senders(port: String, addresses: [IPAddress], owner: String) -> [FirewallElement] {
        addresses.map {
            FirewallElement($0.family == .v4 ? .senders4 : .senders6, key: [interfaceName(port), $0.bytes], owner: owner)
        }
    }

    private static func bytes(_ port: UInt16) -> [UInt8] { [UInt8(port >> 8), UInt8(port & 255)] }

    /// A name as it is compared: sixteen bytes, filled up with zeros.
    private static func interfaceName(_ name: String) -> [UInt8] {
        let bytes = Array(name.utf8.prefix(15))
        return bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
    }
}

extension PortMapping.TransportProtocol {
    /// The number in the header of IP, as a key's field.
    var number: [UInt8] {
        switch self {
        case .tcp: [6]
        case .udp: [17]
        case .sctp: [132]
        }
    }
}
