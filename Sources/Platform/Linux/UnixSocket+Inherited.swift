import CLinux
import Glibc

extension UnixSocket {
    /// Whether a descriptor of anybody's making is a listening stream socket of the Unix domain.
    public static func isListening(_ descriptor: Int32) -> Bool {
        // What is no socket has no such options: ENOTSOCK, and no socket to listen on. SO_DOMAIN is 39, SO_ACCEPTCONN 30.
        option(39, of: descriptor) == AF_UNIX && option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
            && option(30, of: descriptor) == 1
    }

    /// The path that a socket is bound to; nil where it has none, or an abstract name.
    public static func path(of descriptor: Int32) throws(SystemError) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try retrying("getsockname", "fd \(descriptor)") {
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
        }
        let used = Int(length) - MemoryLayout<sa_family_t>.size
        guard address.sun_family == sa_family_t(AF_UNIX), used > 0 else { return nil }
        let path = withUnsafeBytes(of: address.sun_path) { bytes in
            String(decoding: bytes.prefix(used).prefix { $0 != 0 }, as: UTF8.self)
        }
        return path.isEmpty ? nil : path
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}
