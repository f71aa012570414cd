/// An address with the length of its network part, written `10.89.0.1/16`.
///
/// It serves as a subnet (`network == self`) and as the address of an interface within its subnet.
public struct IPPrefix: Sendable, Hashable {
    /// The address, host part included.
    public let address: IPAddress
    /// The bits of the network part.
    public let length: Int

    /// Makes a prefix, or nil if the length does not fit the family.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.family.width).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// Parses `address/length`; an address alone is a prefix of one address.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.family.width)
            return
        }
        guard parts[1].count <= 3, parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    private init(unchecked address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    /// The bits of the host part, all set.
    private var hostMask: UInt128 {
        let hostBits = address.family.width - length
        return hostBits == 128 ? .max : (UInt128(1) << UInt128(hostBits)) - 1
    }

    /// The subnet: the same prefix with the host part cleared.
    public var network: IPPrefix {
        IPPrefix(unchecked: first, length: length)
    }

    /// The first address of the subnet, that of the network itself.
    public var first: IPAddress { IPAddress(family: address.family, bits: address.bits & ~hostMask) }

    /// The last address of the subnet, in IPv4 the broadcast address.
    public var last: IPAddress { IPAddress(family: address.family, bits: address.bits | hostMask) }

    /// The addresses that hosts may have. The network's own address and IPv4's broadcast address are not among them
    /// (RFC 3021 excepts /31; a subnet of one address has that one).
    public var hosts: ClosedRange<IPAddress> {
        guard address.family.width - length > 1 else { return first...last }
        let family = address.family
        return IPAddress(
            family: family,
            bits: first.bits + 1
        )...(family == .v4 ? IPAddress(family: family, bits: last.bits - 1) : last)
    }

    /// Whether an address lies in the subnet.
    public func contains(_ other: IPAddress) -> Bool {
        other.family == address.family && other.bits & ~hostMask == first.bits
    }

    /// Whether two subnets have an address in common.
    public func overlaps(_ other: IPPrefix) -> Bool {
        length <= other.length ? contains(other.address) : other.contains(address)
    }
}

extension IPAddress {
    /// The next address, or nil after the last of the family.
    public var successor: IPAddress? {
        switch self {
        case .v4(let address):
            address.bits == .max ? nil : .v4(IPv4Address(bits: address.bits + 1))
        case .v6(let address):
            address.bits == .max ? nil : .v6(IPv6Address(bits: address.bits + 1))
        }
    }
}

extension IPPrefix: CustomStringConvertible, Codable {
    public var description: String { "\(address)/\(length)" }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let prefix = IPPrefix(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text)\" is not an address with a prefix length, like 10.89.0.0/24"
            )
        }
        self = prefix
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
