/// `tcp://host:port`, `tcp://[address]:port`.
public struct TCPEndpoint: Sendable, Hashable {
    /// A name, or an address without brackets.
    public var host: String
    public var port: Int

    /// Nil where the text is none.
    public init?(_ text: String) {
        guard text.hasPrefix("tcp://") else { return nil }
        let rest = text.dropFirst("tcp://".count)
        guard let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("]") else { return nil }
        let (place, number) = (rest[..<colon], rest[rest.index(after: colon)...])
        // Port 0 would be another one each time.
        guard number.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(number), port > 0 else { return nil }
        if place.hasPrefix("["), place.hasSuffix("]") {
            host = String(place.dropFirst().dropLast())
            guard !host.isEmpty, host.utf8.allSatisfy({ Self.isHexadecimal($0) || [0x3A, 0x2E].contains($0) }) else { return nil }
        } else {
            host = String(place)
            guard !host.isEmpty, host.utf8.allSatisfy(Self.isOfHostName) else { return nil }
        }
        self.port = Int(port)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private static func isOfHostName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D || byte == 0x2E
    }
}
