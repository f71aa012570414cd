import Glibc
import Linux

/// Sockets in the file system, also at paths that are longer than a socket's address has room for.
package enum UnixSocket {
    package static func make(type: Int32) throws(SystemError) -> Descriptor {
        Descriptor(owning: try retrying("socket") { socket(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue), 0) })
    }

    package static func connect(_ socket: borrowing Descriptor, to path: String) throws(SystemError) {
        let number = socket.rawValue
        try withAddress(of: path) { address, length throws(SystemError) in
            try retrying("connect", path) { Glibc.connect(number, address, length) }
        }
    }

    /// Makes the socket and listens on it.
    static func listen(type: Int32, at path: String) throws(SystemError) -> Descriptor {
        let socket = try make(type: type)
        let number = socket.rawValue
        try withAddress(of: path) { address, length throws(SystemError) in
            try retrying("bind", path) { Glibc.bind(number, address, length) }
        }
        try retrying("listen", path) { Glibc.listen(number, 1) }
        return socket
    }

    /// An address has room for 107 bytes: a longer path is reached through a descriptor of its folder.
    private static func withAddress(
        of path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) throws(SystemError) -> Void
    ) throws(SystemError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let (directory, name) = FileSystem.split(path)
        let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
        let short = path.utf8.count < 108 ? path : "/proc/self/fd/\(folder.rawValue)/\(name)"
        guard short.utf8.count < 108 else { throw SystemError(call: "connect", errno: ENAMETOOLONG, subject: path) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short.utf8) }
        try withUnsafePointer(to: &address) { pointer throws(SystemError) in
            try UnsafeRawPointer(pointer).withMemoryRebound(to: sockaddr.self, capacity: 1) {
                generic throws(SystemError) in
                try body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
