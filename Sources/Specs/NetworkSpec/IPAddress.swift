/// An address of either family.
public enum IPAddress: Sendable, Hashable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Which of the two protocols.
    public enum Family: Sendable, Hashable, CaseIterable {
        case v4
        case v6

        /// The bits of an address: 32 or 128.
        public var width: Int { self == .v4 ? 32 : 128 }
    }

    /// Parses the usual written form of either family; a zone (`%eth0`) is not part of an address.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// Makes an address of the low bits of a number.
    package init(family: Family, bits: UInt128) {
        switch family {
        case .v4: self = .v4(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))
        case .v6: self = .v6(IPv6Address(bits: bits))
        }
    }

    /// Makes an address of four or sixteen bytes in network order.
    public init?(bytes: some Collection<UInt8>) {
        let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        switch bytes.count {
        case 4: self.init(family: .v4, bits: bits)
        case 16: self.init(family: .v6, bits: bits)
        default: return nil
        }
    }

    /// Which of the two protocols the address belongs to.
    public var family: Family {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// The address as a number.
    package var bits: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.bits)
        case .v6(let address): address.bits
        }
    }

    /// The bytes in network order, four or sixteen.
    public var bytes: [UInt8] {
        switch self {
        case .v4(let address): address.bytes
        case .v6(let address): address.bytes
        }
    }

    /// True for `0.0.0.0` and `::`, which stand for every address of the host.
    public var isUnspecified: Bool { bits == 0 }

    /// True for 127.0.0.0/8 and `::1`.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.bits >> 24 == 127
        case .v6(let address): address.bits == 1
        }
    }
}

extension IPAddress: CustomStringConvertible, Comparable {
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }

    /// IPv4 comes before IPv6.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        left.family == right.family ? left.bits < right.bits : left.family == .v4
    }
}

extension IPAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not an IP address")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
