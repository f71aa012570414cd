import NetworkSpec

extension IPAddress {
    /// The address that a name of the reverse tree stands for: `4.3.2.1.in-addr.arpa` (RFC 1035 3.5), 32 nibbles under
    /// `ip6.arpa` (RFC 3596 2.5). Nil for every other name, parts of the tree included.
    package init?(reverse name: DomainName) {
        if let host = name.relative(to: .inAddr) {
            let labels = host.labels
            guard labels.count == 4, let address = IPv4Address(labels.reversed().map(text).joined(separator: ".")) else {
                return nil
            }
            self = .v4(address)
        } else if let host = name.relative(to: .ip6) {
            let nibbles = host.labels.compactMap { $0.count == 1 ? $0.first.flatMap(hexadecimal) : nil }
            guard nibbles.count == 32, host.labels.count == 32 else { return nil }
            let reversed = Array(nibbles.reversed())
            self.init(bytes: stride(from: 0, to: 32, by: 2).map { reversed[$0] << 4 | reversed[$0 + 1] })
        } else {
            return nil
        }
    }
}

extension DomainName {
    fileprivate static let inAddr = DomainName(wire: [7] + Array("in-addr".utf8) + [4] + Array("arpa".utf8) + [0])
    fileprivate static let ip6 = DomainName(wire: [3] + Array("ip6".utf8) + [4] + Array("arpa".utf8) + [0])
}

private func text(_ label: ArraySlice<UInt8>) -> String { String(decoding: label, as: UTF8.self) }

private func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
}
