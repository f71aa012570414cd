import CLinux
import Glibc

/// An IPv4 or IPv6 address and a port, as the kernel takes them.
public struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// A `sockaddr_in` or `sockaddr_in6`.
    private let bytes: [UInt8]
    private let isVersion6: Bool
    /// The address as it was given.
    public let host: String
    /// `192.0.2.1:80`, `[2001:db8::1]:80`.
    public let description: String

    /// An address in digits; nil where the text is none: a name, for example.
    ///
    /// An IPv6 address may have a zone, RFC 4007 11: `fe80::1%eth0`. A zone that is no interface's name makes it nil.
    public init?(_ address: String, port: UInt16) {
        var version4 = sockaddr_in()
        var version6 = sockaddr_in6()
        let parts = address.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let digits = parts.first else { return nil }
        host = address
        if parts.count == 1, inet_pton(AF_INET, address, &version4.sin_addr) == 1 {
            version4.sin_family = sa_family_t(AF_INET)
            version4.sin_port = port.bigEndian
            bytes = withUnsafeBytes(of: version4) { Array($0) }
            isVersion6 = false
            description = "\(address):\(port)"
        } else if inet_pton(AF_INET6, String(digits), &version6.sin6_addr) == 1 {
            version6.sin6_family = sa_family_t(AF_INET6)
            version6.sin6_port = port.bigEndian
            if parts.count == 2 {
                version6.sin6_scope_id = if_nametoindex(String(parts[1]))
                if version6.sin6_scope_id == 0 { return nil }
            }
            bytes = withUnsafeBytes(of: version6) { Array($0) }
            isVersion6 = true
            description = "[\(address)]:\(port)"
        } else {
            return nil
        }
    }

    var family: Int32 { isVersion6 ? AF_INET6 : AF_INET }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { preconditionFailure("an address has bytes") }
            return body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
    }
}
