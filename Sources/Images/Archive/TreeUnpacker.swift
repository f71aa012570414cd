import CLinux
import Glibc
import Linux

/// Unpacks an archive into a folder that is in use: whiteouts mean nothing here, owners are the thread's, and what is in the
/// way is replaced as tar(1) does, except that no folder is removed.
///
/// Every parent is opened with RESOLVE_IN_ROOT: symlinks, those that are there and those that the archive brings, end
/// inside the root whoever changes them meanwhile. Belongs to one thread.
public final class TreeUnpacker {
    private let root: Descriptor
    private let parents: ParentFolders
    private let target: [UInt8]
    private let newName: [UInt8]?
    private let resolve: UInt32
    private var folders: [(path: ArchivePath, entry: TarEntry)] = []
    private let restores: Restoration

    /// What of an entry's attributes the file gets.
    public enum Restoration: Sendable, Hashable {
        /// Permission bits and time; the thread's owner; no devices.
        case permissions
        /// All that the archive says: set-uid bits, extended attributes, devices; owners too, unless all is one owner's.
        case all(owner: TarEntry.Owner?)
    }

    /// - Parameters:
    ///   - root: what nothing leaves.
    ///   - path: where in it, as its own processes see it: a folder that entries go into, or the name in a folder that
    ///     the first part of their names becomes.
    ///   - followsLinks: whether symlinks lead on at all. Where the archive is a stranger's, those that it brings must not lead to
    ///     what was there before.
    ///   - restores: what of the entries' attributes is taken over.
    public init(
        root: consuming Descriptor,
        path: String,
        followsLinks: Bool = true,
        restores: Restoration = .permissions
    ) throws {
        self.restores = restores
        let cleaned = try ArchivePath(Array(path.utf8))
        parents = ParentFolders(root: root.rawValue, followsLinks: followsLinks)
        resolve = followsLinks ? 0 : CLINUX_RESOLVE_NO_SYMLINKS
        // A last symlink to a folder is followed, as cp(1) does.
        if cleaned.isRoot || path.hasSuffix("/") || Self.isFolder(root, cleaned) {
            guard cleaned.isRoot || Self.isFolder(root, cleaned) else {
                throw SystemError(call: "openat2", errno: ENOTDIR, subject: path)
            }
            target = cleaned.bytes
            newName = nil
        } else {
            target = Array(cleaned.parent)
            newName = Array(cleaned.base)
            guard try cleaned.parent.isEmpty || Self.isFolder(root, ArchivePath(cleaned.parent)) else {
                throw SystemError(call: "openat2", errno: ENOENT, subject: "/" + String(decoding: target, as: UTF8.self))
            }
        }
        self.root = root
    }

    private static func isFolder(_ root: borrowing Descriptor, _ path: ArchivePath, _ resolve: UInt32 = 0) -> Bool {
        let flags = CLINUX_O_PATH | O_DIRECTORY
        guard let number = try? openInRoot(root.rawValue, path.bytes, flags, resolve: resolve) else { return false }
        close(number)
        return true
    }

    /// Unpacks all entries. What was unpacked before an error stays.
    public func unpack(_ reader: TarReader) throws {
        while let entry = try reader.next() {
            do {
                try unpack(entry, reader)
            } catch let error as ArchiveError {
                throw ArchiveError(error.reason, entry: error.entry ?? entry.text)
            }
        }
        // At the end: a folder without the right to write takes no files, and making something in one changes its time.
        for (path, entry) in folders.reversed() { try finish(path, entry) }
    }

    private func unpack(_ entry: TarEntry, _ reader: TarReader) throws {
        let inside = try ArchivePath(entry.name)
        let path = try place(inside)
        switch entry.kind {
        case .directory:
            if path.isRoot || (inside.isRoot && newName == nil) { return }
            try makeFolder(path)
            folders.append((path, entry))
        case .file: try makeFile(path, entry, reader)
        case .symbolicLink:
            guard !entry.linkName.isEmpty, !entry.linkName.contains(0) else {
                throw ArchiveError(.badHeader("symlink without a target"))
            }
            _ = try make(path, "symlinkat") { parent, name in
                withCString(entry.linkName) { symlinkat($0, parent, name) }
            }
            try restoreName(path, entry)
        case .hardLink: try makeHardLink(path, to: try place(try ArchivePath(entry.linkName)))
        case .fifo: try makeNode(path, entry, S_IFIFO)
        case .characterDevice, .blockDevice:
            // A device would be the host's.
            guard case .all = restores else { throw ArchiveError(.unsupportedType(UInt8(ascii: "3"))) }
            try makeNode(path, entry, entry.kind == .characterDevice ? S_IFCHR : S_IFBLK)
        }
    }

    private func makeNode(_ path: ArchivePath, _ entry: TarEntry, _ kind: mode_t) throws {
        _ = try make(path, "mknodat") {
            clinux_mknodat($0, $1, kind | mode_t(entry.permissions & 0o777), entry.device.major, entry.device.minor)
        }
        try restoreName(path, entry)
    }

    /// Owner, mode and time of what cannot be opened.
    private func restoreName(_ path: ArchivePath, _ entry: TarEntry) throws {
        guard case .all(let owner) = restores else { return }
        let parent = try parents.folder(path.parent, create: true)
        let given = owner ?? entry.owner
        try retrying("fchownat", path.text) {
            withCString(path.base) { fchownat(parent, $0, given.user, given.group, AT_SYMLINK_NOFOLLOW) }
        }
        if entry.kind != .symbolicLink {
            try retrying("fchmodat", path.text) { withCString(path.base) { fchmodat(parent, $0, entry.permissions & 0o7777, 0) } }
        }
        let time = timespec(tv_sec: Int(entry.modified.seconds), tv_nsec: Int(entry.modified.nanoseconds))
        let times = [time, time]
        try retrying("utimensat", path.text) {
            withCString(path.base) { utimensat(parent, $0, times, AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// Where an entry goes, from the root.
    private func place(_ inside: ArchivePath) throws(ArchiveError) -> ArchivePath {
        var parts = inside.bytes.split(separator: UInt8(ascii: "/"))
        if let newName {
            if parts.isEmpty { parts = [newName[...]] } else { parts[0] = newName[...] }
        }
        return try ArchivePath(target + [UInt8(ascii: "/")] + Array(parts.joined(separator: [UInt8(ascii: "/")])))
    }

    /// Makes something at `path` and, when something that is no folder is there already, once more after that is gone.
    private func make(
        _ path: ArchivePath,
        _ call: String,
        _ body: (Int32, UnsafePointer<CChar>) -> Int32
    ) throws -> Int32 {
        guard !path.isRoot else { throw ArchiveError(.badName("the root is a folder")) }
        for attempt in 0... {
            let parent = try parents.folder(path.parent, create: true)
            let result = withCString(path.base) { body(parent, $0) }
            if result != -1 { return result }
            let code = errno
            if code == EINTR { continue }
            // Whoever lives there may make it anew as fast as it is removed.
            guard code == EEXIST, attempt < 8 else { throw SystemError(call: call, errno: code, subject: path.text) }
            if withCString(path.base, { unlinkat(parent, $0, 0) }) == -1 && errno != ENOENT {
                throw SystemError.last("unlinkat", path.text)
            }
        }
        preconditionFailure("the loop has no other end")
    }

    private func makeFile(_ path: ArchivePath, _ entry: TarEntry, _ reader: TarReader) throws {
        let file = Descriptor(
            owning: try make(path, "openat") {
                clinux_openat($0, $1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
        )
        try reader.write(entry, to: file.rawValue, path)
        try apply(entry, to: file.rawValue, path)
    }

    private func makeFolder(_ path: ArchivePath) throws {
        let parent = try parents.folder(path.parent, create: true)
        if withCString(path.base, { mkdirat(parent, $0, 0o700) }) == 0 { return }
        let code = errno
        // A folder that is there, or a symlink to one, is gone into.
        if code == EEXIST, Self.isFolder(root, path, resolve) { return }
        throw SystemError(call: "mkdirat", errno: code, subject: path.text)
    }

    private func makeHardLink(_ path: ArchivePath, to target: ArchivePath) throws {
        guard !target.isRoot, target != path else { return }
        guard let source = try parents.existing(target.parent) else { throw ArchiveError(.missingLinkTarget(target.text)) }
        // The next look-up may close what this one gave.
        let held = Descriptor(owning: try retrying("dup", target.text) { clinux_fcntl_int(source, F_DUPFD_CLOEXEC, 3) })
        let from = held.rawValue
        // Without AT_SYMLINK_FOLLOW a symlink itself is linked, never what it points to.
        _ = try make(path, "linkat") { parent, name in
            withCString(target.base) { linkat(from, $0, parent, name, 0) }
        }
    }

    private func finish(_ path: ArchivePath, _ entry: TarEntry) throws {
        let number = try openInRoot(root.rawValue, path.bytes, O_RDONLY | O_DIRECTORY, resolve: resolve)
        defer { close(number) }
        try apply(entry, to: number, path)
    }

    /// Mode and time. A folder of somebody else's keeps its own.
    private func apply(_ entry: TarEntry, to number: Int32, _ path: ArchivePath) throws {
        do throws(SystemError) {
            var bits = entry.permissions & 0o777
            if case .all(let owner) = restores {
                let given = owner ?? entry.owner
                bits = entry.permissions & 0o7777
                // chown(2) clears set-uid bits and capabilities: it comes first.
                try retrying("fchown", path.text) { fchown(number, given.user, given.group) }
            }
            try retrying("fchmod", path.text) { fchmod(number, mode_t(bits)) }
            if case .all = restores { try FileAttributes.apply(entry.attributes, to: number, path.text) }
            let time = timespec(tv_sec: Int(entry.modified.seconds), tv_nsec: Int(entry.modified.nanoseconds))
            let times = [time, time]
            try retrying("futimens", path.text) { futimens(number, times) }
        } catch {
            guard error.errno == EPERM, entry.kind == .directory else { throw error }
        }
    }
}
