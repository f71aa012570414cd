import ContainerRuntime
import Glibc
import Linux

/// The machine's loggers, by their datagram sockets.
enum LogSocket {
    /// In journald's own form ("Native Journal Protocol"): ID is the field that crun's readers look for.
    static func sendToJournal(_ level: String, _ message: String, identifier: String) throws(SystemError) {
        var packet: [UInt8] = []
        for (name, value) in [
            ("PRIORITY", "\(priority(level))"), ("SYSLOG_IDENTIFIER", "swiftlet-runtime"), ("ID", identifier),
            ("MESSAGE", message),
        ] {
            // A name on a line of its own, the value's length in 64 bits with the lowest byte first, the value.
            packet += name.utf8
            packet.append(0x0A)
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { packet += $0 }
            packet += value.utf8
            packet.append(0x0A)
        }
        try send(packet, to: "/run/systemd/journal/socket")
    }

    /// As syslog(3) writes it, with the facility of daemons.
    static func sendToSyslog(_ level: String, _ message: String, identifier: String) throws(SystemError) {
        let name = identifier.isEmpty ? "swiftlet-runtime" : identifier
        try send(Array("<\(24 + priority(level))>\(name)[\(getpid())]: \(message)".utf8), to: "/dev/log")
    }

    private static func priority(_ level: String) -> Int {
        switch level {
        case "error": 3
        case "warning": 4
        default: 7
        }
    }

    private static func send(_ packet: [UInt8], to path: String) throws(SystemError) {
        let socket = try UnixSocket.make(type: Int32(SOCK_DGRAM.rawValue))
        do throws(SystemError) { try UnixSocket.connect(socket, to: path) } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
        let number = socket.rawValue
        try retrying("send", path) { Glibc.send(number, packet, packet.count, Int32(MSG_NOSIGNAL)) }
    }
}
