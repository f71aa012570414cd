import Glibc
import Linux
import Synchronization
import TestSupport

/// A service manager's end of NOTIFY_SOCKET, with a descriptor store; blocks the thread that receives.
final class FakeServiceManager: Sendable {
    let path: String
    private let socket: Descriptor
    private let stored = Mutex<[(name: String, number: Int32)]>([])

    init(_ path: String) throws {
        self.path = path
        socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let number = socket.rawValue
        try retrying("bind", path) {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
    }

    deinit {
        for entry in stored.withLock({ $0 }) { close(entry.number) }
    }

    /// What it keeps, in the order in which it came.
    var store: [(name: String, number: Int32)] { stored.withLock { $0 } }

    /// The lines of the next message; nil where none comes in time. Descriptors are kept or dropped as it says.
    func receive(_ deadline: Deadline) throws -> [String]? {
        var polled = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, deadline.milliseconds) > 0 else { return nil }
        let (text, descriptors) = try message()
        let lines = text.split(separator: "\n").map(String.init)
        let name = lines.first { $0.hasPrefix("FDNAME=") }.map { String($0.dropFirst(7)) } ?? "stored"
        if lines.contains("FDSTORE=1") {
            stored.withLock { $0 += descriptors.map { (name, $0) } }
        } else {
            for descriptor in descriptors { close(descriptor) }
        }
        if lines.contains("FDSTOREREMOVE=1") {
            stored.withLock { stored in
                for entry in stored where entry.name == name { close(entry.number) }
                stored.removeAll { $0.name == name }
            }
        }
        return lines
    }

    /// Receives until a message has a line; gives what came up to then.
    @discardableResult
    func wait(for line: String, _ duration: Duration = .seconds(30)) throws -> [[String]] {
        try wait(for: line, duration) { $0.contains(line) }
    }

    @discardableResult
    func wait(
        for what: String,
        _ duration: Duration = .seconds(30),
        _ isWanted: ([String]) -> Bool
    ) throws -> [[String]] {
        let deadline = Deadline(in: duration)
        var seen: [[String]] = []
        while let lines = try receive(deadline) {
            seen.append(lines)
            if isWanted(lines) { return seen }
        }
        throw WaitFailure(what: what, last: "\(seen.suffix(5))")
    }

    private func message() throws -> (text: String, descriptors: [Int32]) {
        var text = [UInt8](repeating: 0, count: 4096)
        var control = [UInt8](repeating: 0, count: 256)
        var message = msghdr()
        let number = socket.rawValue
        let (length, controlLength) = try text.withUnsafeMutableBytes { bytes in
            try control.withUnsafeMutableBytes { space in
                var part = iovec(iov_base: bytes.baseAddress, iov_len: bytes.count)
                return try withUnsafeMutablePointer(to: &part) { part in
                    message.msg_iov = part
                    message.msg_iovlen = 1
                    message.msg_control = space.baseAddress
                    message.msg_controllen = space.count
                    let length = try retrying("recvmsg") { recvmsg(number, &message, Int32(MSG_CMSG_CLOEXEC)) }
                    return (length, message.msg_controllen)
                }
            }
        }
        // struct cmsghdr: length (8 bytes), level, type (4 each); type 1 is SCM_RIGHTS.
        var descriptors: [Int32] = []
        var offset = 0
        control.withUnsafeBytes { bytes in
            while offset + 16 <= controlLength {
                let size = bytes.loadUnaligned(fromByteOffset: offset, as: Int.self)
                if size < 16 { break }
                if bytes.loadUnaligned(fromByteOffset: offset + 12, as: Int32.self) == 1 {
                    for place in stride(from: offset + 16, to: offset + size, by: 4) {
                        descriptors.append(bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
                    }
                }
                offset += (size + 7) / 8 * 8
            }
        }
        return (String(decoding: text[..<length], as: UTF8.self), descriptors)
    }
}
