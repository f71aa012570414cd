import Glibc
import Linux

/// A client of the attach socket of a bundle.
final class AttachedClient {
    private let socket: Descriptor

    init(_ bundle: String) throws {
        socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue), 0))
        try socket.connect("\(bundle)/attach")
    }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let number = socket.rawValue
        try retrying("send") { Glibc.send(number, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// All output up to the end of the connection, standard error too.
    func output() throws -> String {
        var text: [UInt8] = []
        var packet = [UInt8](repeating: 0, count: 16384)
        let number = socket.rawValue
        while true {
            let count = try retrying("recv") { recv(number, &packet, packet.count, 0) }
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            text += packet[1..<count]
        }
    }

    /// Reads output up to a text that it ends with.
    func read(until end: String) throws {
        var text = ""
        var packet = [UInt8](repeating: 0, count: 16384)
        let number = socket.rawValue
        while !text.hasSuffix(end) {
            let count = try retrying("recv") { recv(number, &packet, packet.count, 0) }
            if count == 0 { throw SystemError(call: "recv", errno: EPIPE, subject: "\(end) after \(text.suffix(200))") }
            text += String(decoding: packet[1..<count], as: UTF8.self)
        }
    }
}

extension Descriptor {
    /// Connects a Unix socket.
    borrowing func connect(_ path: String) throws {
        let number = rawValue
        try withUnixAddress(path) { address, length in
            try retrying("connect", path) { Glibc.connect(number, address, length) }
        }
    }
}

/// Calls a closure with the address of a Unix socket.
func withUnixAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    try withUnsafePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            try body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
