import Glibc
import Linux
import PodSpec
import Synchronization

/// The time zones that the machine knows: the files of its tzdata, each read once.
package final class ZoneFolder: Sendable {
    private let directory: String
    private let local: String
    private let known = Mutex<[String: ZoneRules]>([:])
    /// The largest file of tzdata has 4 KiB.
    private static let sizeLimit = 1 << 20

    package init(_ directory: String = "/usr/share/zoneinfo", local: String = "/etc/localtime") {
        self.directory = directory
        self.local = local
    }

    /// The rules of a zone by its name, nil for the machine's own. Nil where there is no such zone, or its file is none.
    package func rules(_ name: String?) -> ZoneRules? {
        guard let name else {
            // Not kept: whoever changes the machine's zone replaces this file. A machine without one is on UTC.
            return read(local) ?? .utc
        }
        if let rules = known.withLock({ $0[name] }) { return rules }
        // A name was checked when the manifest was read: it does not lead out of the folder.
        guard let rules = read("\(directory)/\(name)") ?? (["UTC", "Etc/UTC"].contains(name) ? .utc : nil) else { return nil }
        known.withLock { $0[name] = rules }
        return rules
    }

    private func read(_ path: String) -> ZoneRules? {
        // What is not there, or is none of tzdata's files, is no zone: the caller says so.
        guard let status = try? FileSystem.status(path), status.kind == .regular,
            let bytes = try? FileSystem.read(path, limit: Self.sizeLimit)
        else { return nil }
        return try? ZoneRules(tzif: bytes)
    }
}
