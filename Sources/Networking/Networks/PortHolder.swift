import Glibc
import Linux
import NetworkSpec

/// Finds the process that listens on a port, for the message that says so.
enum PortHolder {
    /// Looks in the tables of sockets of the calling thread's network namespace, then for the process that has the
    /// socket open. Nil where it cannot be found; a message must not fail for that.
    static func find(_ transportProtocol: PortMapping.TransportProtocol, port: UInt16) -> HostPortConflict.Holder? {
        let found = ["", "6"].flatMap { suffix -> [String] in
            let file = "/proc/thread-self/net/\(transportProtocol.rawValue)\(suffix)"
            // sctp has no such table.
            guard let table = try? FileSystem.readText(file) else { return [] }
            return Self.inodes(in: table, port: port)
        }
        guard !found.isEmpty else { return nil }
        let wanted = Set(found.map { "socket:[\($0)]" })
        // Processes come and go while they are listed.
        for name in (try? FileSystem.list("/proc")) ?? [] {
            guard let pid = Int32(name) else { continue }
            for descriptor in (try? FileSystem.list("/proc/\(pid)/fd")) ?? [] {
                guard let target = try? FileSystem.readLink("/proc/\(pid)/fd/\(descriptor)"), wanted.contains(target)
                else { continue }
                return .process(pid: pid, name: (try? FileSystem.readText("/proc/\(pid)/comm")) ?? "?")
            }
        }
        return nil
    }

    /// The inodes of the sockets that are bound to a port and not connected.
    static func inodes(in table: String, port: UInt16) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            // sl, local address:port, remote address:port, state, queues, timer, retransmits, uid, timeout, inode
            let fields = line.split(separator: " ")
            guard fields.count > 9, let colon = fields[1].lastIndex(of: ":"),
                UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port, fields[2].hasSuffix(":0000")
            else { return nil }
            return String(fields[9])
        }
    }
}
