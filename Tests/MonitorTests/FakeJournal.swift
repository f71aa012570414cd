import CLinux
import Glibc
import Linux
import TestSupport

/// A datagram socket in journald's place.
final class FakeJournal: Sendable {
    private let number: Int32

    /// Binds it to a path that is free.
    init(at path: String) throws {
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        number = socket(AF_UNIX, type, 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if bound == -1 { throw SystemError.last("bind", path) }
    }

    deinit { close(number) }

    /// Waits for an entry, and takes it.
    func next() throws -> JournalEntry {
        try JournalEntry(try nextBytes().bytes)
    }

    /// Takes the entries that lie there.
    func pending() throws -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        while poll(&wanted, 1, 0) > 0 { entries.append(try next()) }
        return entries
    }

    /// Takes entries up to and with the one that has a message.
    func entries(upTo message: String) throws -> [JournalEntry] {
        var entries: [JournalEntry] = []
        repeat { entries.append(try next()) } while entries.last?.message != message
        return entries
    }

    /// The bytes of the next entry, and whether they came in a file.
    func nextBytes() throws -> (bytes: [UInt8], isFile: Bool) {
        var wanted = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        let deadline = Deadline(in: .seconds(30))
        while poll(&wanted, 1, deadline.milliseconds) <= 0 {
            if deadline.hasPassed { throw TooLate(waitingFor: "an entry of the journal", log: "") }
        }
        // An entry in a file is a datagram without bytes.
        let bytes = [UInt8](unsafeUninitializedCapacity: 256 * 1024) { buffer, count in
            count = max(0, recv(number, buffer.baseAddress, buffer.count, Int32(MSG_PEEK)))
        }
        let file = clinux_receive_descriptor(number)
        guard file >= 0 else { return (bytes, false) }
        let descriptor = Descriptor(owning: file)
        // F_GET_SEALS is 1034; journald wants all of the first four.
        let seals = clinux_fcntl_int(file, 1034, 0)
        if seals != 0xF { throw SystemError(call: "F_GET_SEALS", errno: EPERM, subject: "seals \(seals)") }
        _ = lseek(descriptor.rawValue, 0, SEEK_SET)
        return (try descriptor.readToEnd(), true)
    }
}
