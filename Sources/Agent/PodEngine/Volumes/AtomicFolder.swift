import Glibc
import Linux

/// A folder whose files change all at once, laid out as the kubelet's AtomicWriter does it:
///
///     config.yaml → ..data/config.yaml      what programs open
///     ..data → ..2026_11_26_17_03_00.1      swapped by one rename
///     ..2026_11_26_17_03_00.1/config.yaml
///
/// Who watches `..data` (inotify on the folder) sees every change. Every call may be repeated, and goes on where an earlier
/// one was cut off. Containers cannot write to the folder; even so everything is reached from its descriptor, and nothing
/// through a symlink.
package struct AtomicFolder {
    private static let data = "..data"
    private static let next = "..data_tmp"

    let path: String
    /// The group that may read every file; nil for the agent's own.
    let group: gid_t?
    /// Whose the files are, with the group of the same number where there is no other; nil for the agent's own.
    let owner: uid_t?

    package init(_ path: String, group: gid_t?, owner: uid_t? = nil) {
        self.path = path
        self.group = group
        self.owner = owner
    }

    /// Makes the folder hold these files and no others.
    ///
    /// - Parameter stamp: names the new version; versions of one moment get a number.
    package func write(_ content: VolumeContent, stamp: Timestamp) throws(SystemError) {
        let root = try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        let tops = Set(content.files.keys.map { String($0.prefix { $0 != "/" }) })
        var version = try currentVersion()
        if let current = version, try !holds(content, in: current, root) { version = nil }
        let wanted: String
        if let version {
            wanted = version
        } else {
            wanted = try makeVersion(stamp, root)
            try fill(wanted, with: content, root)
            try swap(to: wanted, root)
        }
        try link(tops, root)
        try clear(keeping: wanted, tops, root)
    }

    /// The folder that `..data` leads to; nil where there is none.
    private func currentVersion() throws(SystemError) -> String? {
        let target: String
        do throws(SystemError) { target = try FileSystem.readLink("\(path)/\(Self.data)") } catch {
            if error.errno == ENOENT || error.errno == EINVAL { return nil }
            throw error
        }
        guard target.hasPrefix(".."), !target.contains("/"), target.count > 2 else { return nil }
        return target
    }

    /// Whether a version is just what is wanted, modes included.
    private func holds(
        _ content: VolumeContent,
        in version: String,
        _ root: borrowing Descriptor
    ) throws(SystemError) -> Bool {
        do throws(SystemError) {
            let folder = try Descriptor.open(at: root.rawValue, version, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            guard try count(folder) == content.files.count else { return false }
            for (name, wanted) in content.files {
                let file = try Descriptor.open(inRoot: folder.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
                let status = try file.status()
                guard status.kind == .regular, status.size == Int64(wanted.bytes.count),
                    status.permissions == mode(wanted.mode), group == nil || status.groupID == group,
                    owner == nil || status.userID == owner,
                    try file.readToEnd(limit: wanted.bytes.count + 1, sizeHint: wanted.bytes.count) == wanted.bytes
                else { return false }
            }
            return true
        } catch {
            if [ENOENT, ENOTDIR, ELOOP].contains(error.errno) { return false }
            throw error
        }
    }

    private func count(_ folder: borrowing Descriptor) throws(SystemError) -> Int {
        var count = 0
        for name in try FileSystem.list(folder) {
            let entry = try Descriptor.open(at: folder.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            count += try entry.status().kind == .directory ? self.count(entry) : 1
        }
        return count
    }

    private func makeVersion(_ stamp: Timestamp, _ root: borrowing Descriptor) throws(SystemError) -> String {
        // 2026-11-26T17:03:00Z
        let moment = stamp.rfc3339Seconds.dropLast().map { $0.isNumber ? $0 : "_" }
        let number = root.rawValue
        for index in 1... {
            let name = "..\(String(moment)).\(index)"
            do throws(SystemError) {
                try retrying("mkdir", "\(path)/\(name)") { mkdirat(number, name, 0o755) }
                try setAttributes(of: name, 0o755, in: root)
                return name
            } catch {
                guard error.errno == EEXIST else { throw error }
            }
        }
        throw SystemError(call: "mkdir", errno: EEXIST, subject: path)
    }

    private func fill(
        _ version: String,
        with content: VolumeContent,
        _ root: borrowing Descriptor
    ) throws(SystemError) {
        let folder = try Descriptor.open(at: root.rawValue, version, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        let number = folder.rawValue
        var made: Set<String> = []
        for (name, file) in content.files {
            var parent = ""
            for component in name.split(separator: "/").dropLast() {
                parent += (parent.isEmpty ? "" : "/") + component
                guard made.insert(parent).inserted else { continue }
                let directory = parent
                try retrying("mkdir", "\(path)/\(name)") { mkdirat(number, directory, 0o755) }
                try setAttributes(of: directory, 0o755, in: folder)
            }
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
            // Closed to all others until it has its owner and its mode.
            let descriptor = try Descriptor.open(at: number, name, flags, mode: 0o600)
            try descriptor.writeAll(file.bytes)
            try setAttributes(of: descriptor, mode(file.mode))
        }
    }

    private func setAttributes(
        of name: String,
        _ mode: mode_t,
        in folder: borrowing Descriptor
    ) throws(SystemError) {
        let descriptor = try Descriptor.open(at: folder.rawValue, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try setAttributes(of: descriptor, group == nil ? mode : mode | 0o2550)
    }

    /// Not by open's mode alone: the agent's umask must not count.
    private func setAttributes(of descriptor: borrowing Descriptor, _ mode: mode_t) throws(SystemError) {
        let number = descriptor.rawValue
        if let id = group ?? owner { try retrying("fchown", path) { fchown(number, owner ?? uid_t.max, id) } }
        try retrying("fchmod", path) { fchmod(number, mode) }
    }

    /// With a group, its members may read what the owner may, as the kubelet has it for volumes that nobody writes to.
    private func mode(_ mode: mode_t) -> mode_t { group == nil ? mode : mode | 0o440 }

    private func swap(to version: String, _ root: borrowing Descriptor) throws(SystemError) {
        let number = root.rawValue
        try remove(Self.next, root)
        try retrying("symlink", "\(path)/\(Self.next)") { symlinkat(version, number, Self.next) }
        try retrying("rename", "\(path)/\(Self.data)") { renameat(number, Self.next, number, Self.data) }
    }

    private func link(_ tops: Set<String>, _ root: borrowing Descriptor) throws(SystemError) {
        let number = root.rawValue
        for top in tops {
            do throws(SystemError) {
                try retrying("symlink", "\(path)/\(top)") { symlinkat("\(Self.data)/\(top)", number, top) }
            } catch {
                // Links are made here and nowhere else; one that is there leads where it should.
                guard error.errno == EEXIST else { throw error }
            }
        }
    }

    /// Takes away what no longer is, old versions last.
    private func clear(keeping version: String, _ tops: Set<String>, _ root: borrowing Descriptor) throws(SystemError) {
        let names = try FileSystem.list(root)
        for name in names where !name.hasPrefix("..") && !tops.contains(name) { try remove(name, root) }
        for name in names where name.hasPrefix("..") && name != version && name != Self.data {
            try FileSystem.removeTree("\(path)/\(name)")
        }
    }

    private func remove(_ name: String, _ root: borrowing Descriptor) throws(SystemError) {
        let number = root.rawValue
        do throws(SystemError) { try retrying("unlink", "\(path)/\(name)") { unlinkat(number, name, 0) } } catch {
            guard error.errno == ENOENT else { throw error }
        }
    }
}
