/// The hardware address of an Ethernet interface.
public struct MACAddress: Sendable, Hashable {
    /// The six bytes as written.
    public let bytes: [UInt8]

    /// Makes an address of six bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Parses six two-digit hexadecimal numbers separated by colons.
    public init?(_ text: some StringProtocol) {
        var bytes: [UInt8] = []
        for part in text.split(separator: ":", omittingEmptySubsequences: false) {
            guard part.utf8.count == 2, part.allSatisfy(\.isHexDigit), let byte = UInt8(part, radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(bytes: bytes)
    }

    /// The address that belongs to an IPv4 address: `0a:58` (locally administered) and the four bytes.
    ///
    /// An address that a later pod gets again has the same hardware address then, so no neighbour keeps a stale entry.
    public init(of address: IPv4Address) {
        bytes = [0x0a, 0x58] + address.bytes
    }

    /// True for an address that one interface can have: not a group address and not all zeros.
    public var isUnicast: Bool { bytes[0] & 1 == 0 && bytes.contains { $0 != 0 } }
}

extension MACAddress: CustomStringConvertible, Codable {
    public var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = MACAddress(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "\"\(text)\" is not a hardware address, like 0a:58:0a:59:00:02"
            )
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
