import Firewall
import Glibc
import JSONCoding
import Linux
import NetworkSpec

/// What is written down of the firewall, in CONFIG/firewall:
///
///     firewall-driver          which driver it was
///     table                    the kernel's number of the table in which the rules are
///     networks/NETID           a network and the handles of its rules
///     ports/NETID_CID          the ports of a container and the handles of their rules
///     claims/tcp-8080/NETID_CID   who has a port of the host
///
/// With handles kept, a change asks the kernel for nothing. They count only in the table whose number stands beside them.
struct FirewallRecords: Sendable {
    let directory: String

    /// Something and its rules.
    struct Record<Subject: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
        var subject: Subject
        var table: UInt64
        /// Handles by chain.
        var rules: [String: [UInt64]]

        init(_ subject: Subject, table: UInt64, _ handles: some Sequence<FirewallRuleHandle>) {
            (self.subject, self.table) = (subject, table)
            rules = Dictionary(grouping: handles, by: \.chain).mapValues { $0.map(\.handle) }
        }

        /// The handles, if the table is still that one.
        func handles(in table: UInt64?) -> [FirewallRuleHandle]? {
            guard self.table == table else { return nil }
            return rules.flatMap { chain, handles in
                handles.map { FirewallRuleHandle(chain: chain, handle: $0) }
            }
        }
    }

    init(_ config: String) { directory = "\(config)/firewall" }

    /// Makes the folders and says which driver works in them.
    func prepare(driver: String) throws(SystemError) {
        for name in ["networks", "ports", "claims"] { try FileSystem.makeDirectories("\(directory)/\(name)") }
        let path = "\(directory)/firewall-driver"
        if try StateFolder.read(path) != Array(driver.utf8) {
            try FileSystem.writeAtomically(path, Array(driver.utf8), durable: false)
        }
    }

    /// The driver of the last setup, nil where there was none.
    func driver() throws(SystemError) -> String? {
        try StateFolder.read("\(directory)/firewall-driver").map { String(decoding: $0, as: UTF8.self) }
    }

    // MARK: the table

    func table() throws(SystemError) -> UInt64? {
        try StateFolder.read("\(directory)/table").flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
    }

    func write(table: UInt64) throws(SystemError) {
        try FileSystem.writeAtomically("\(directory)/table", Array("\(table)".utf8), durable: false)
    }

    // MARK: networks

    func network(_ id: String) throws -> Record<NetavarkNetwork>? { try read("networks/\(id)") }

    func networks() throws -> [Record<NetavarkNetwork>] {
        try StateFolder.list("\(directory)/networks").filter { !$0.hasPrefix(".") }.compactMap { try network($0) }
    }

    func write(_ record: Record<NetavarkNetwork>) throws { try write("networks/\(record.subject.id)", record) }

    func removeNetwork(_ id: String) throws(SystemError) { try FileSystem.removeFile("\(directory)/networks/\(id)") }

    /// Removes what calls left that were killed while they wrote. Only under the lock: nobody else writes meanwhile, also where
    /// the number of a writer is still taken.
    func removeUnfinished() throws(SystemError) {
        for folder in [directory, "\(directory)/networks", "\(directory)/ports"] {
            for name in try StateFolder.list(folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
                try FileSystem.removeFile("\(folder)/\(name)")
            }
        }
    }

    // MARK: ports

    static func owner(_ networkID: String, _ container: String) -> String { "\(networkID)_\(container)" }

    func ports(_ owner: String) throws -> Record<NetavarkPorts>? { try read("ports/\(owner)") }

    /// All owners of ports.
    func owners() throws(SystemError) -> [String] {
        try StateFolder.list("\(directory)/ports").filter { !$0.hasPrefix(".") }
    }

    func write(_ record: Record<NetavarkPorts>, owner: String) throws { try write("ports/\(owner)", record) }

    func removePorts(_ owner: String) throws {
        guard let record = try ports(owner) else { return }
        for claim in Self.claims(record.subject) {
            try FileSystem.removeFile("\(directory)/claims/\(claim)/\(owner)")
            try removeIfEmpty("\(directory)/claims/\(claim)")
        }
        try FileSystem.removeFile("\(directory)/ports/\(owner)")
    }

    private func removeIfEmpty(_ path: String) throws(SystemError) {
        if rmdir(path) == 0 { return }
        let error = SystemError.last("rmdir", path)
        if error.errno != ENOENT, error.errno != ENOTEMPTY { throw error }
    }

    /// Notes who has the ports of a mapping, before there are rules.
    func claim(_ ports: NetavarkPorts, owner: String) throws(SystemError) {
        for claim in Self.claims(ports) {
            try FileSystem.makeDirectories("\(directory)/claims/\(claim)")
            try FileSystem.write("\(directory)/claims/\(claim)/\(owner)", [])
        }
    }

    /// Owners of ports that some mappings want too, other than those of the same container.
    func rivals(of ports: NetavarkPorts, container: String) throws(SystemError) -> [String] {
        var rivals: Set<String> = []
        for claim in Self.claims(ports) {
            for owner in try StateFolder.list("\(directory)/claims/\(claim)")
            where !owner.hasSuffix("_\(container)") { rivals.insert(owner) }
        }
        return rivals.sorted()
    }

    private static func claims(_ ports: NetavarkPorts) -> [String] {
        ports.mappings.flatMap { mapping in
            (0..<mapping.range).map { "\(mapping.transportProtocol.rawValue)-\(mapping.hostPort + $0)" }
        }
    }

    private func read<Subject>(_ name: String) throws -> Record<Subject>? {
        guard let bytes = try StateFolder.read("\(directory)/\(name)") else { return nil }
        do { return try JSON.decode(Record<Subject>.self, from: bytes) } catch {
            // netavark's own, of a time when it was in this place: it is written anew.
            ToolLog.warn("netavark::firewall", "\(directory)/\(name) is not ours: \(error)")
            return nil
        }
    }

    private func write<Subject>(_ name: String, _ record: Record<Subject>) throws {
        try FileSystem.writeAtomically("\(directory)/\(name)", try JSON.encode(record), durable: false)
    }
}
