import CLinux
import Glibc
import Linux

/// Writes the entries of a layer's archive into a folder, in overlayfs's form.
///
/// Belongs to one thread. The folder must be out of everybody else's reach meanwhile.
public final class LayerExtractor {
    private static let rememberedBytes = 128 << 20

    private let root: Descriptor
    private let parents: ParentFolders
    /// Folders get their times at the end: making something in one changes them.
    private var folderTimes: [(path: ArchivePath, time: TarEntry.Time)] = []
    private var folderTimesBytes = 0

    /// `root` is the empty folder that becomes the layer.
    public init(root: consuming Descriptor) {
        parents = ParentFolders(root: root.rawValue)
        self.root = root
    }

    /// Writes all entries of an archive.
    public func extract(_ reader: TarReader) throws {
        while let entry = try reader.next() {
            do {
                try extract(entry, reader)
            } catch let error as ArchiveError {
                throw ArchiveError(error.reason, entry: error.entry ?? entry.text)
            }
        }
        try setFolderTimes()
    }

    private func extract(_ entry: TarEntry, _ reader: TarReader) throws {
        let path = try ArchivePath(entry.name)
        if path.isRoot {
            guard entry.kind == .directory else { throw ArchiveError(.badName("the root is a folder")) }
            try applyFolder(root.rawValue, entry)
            return try remember(path, entry.modified)
        }
        if let whiteout = try Whiteout(path) { return try apply(whiteout) }
        switch entry.kind {
        case .file: try makeFile(path, entry, reader)
        case .directory: try makeFolder(path, entry)
        case .symbolicLink: try makeSymbolicLink(path, entry)
        case .hardLink: try makeHardLink(path, entry)
        case .characterDevice, .blockDevice, .fifo: try makeNode(path, entry)
        }
    }

    // MARK: What there is

    /// Makes something at `path` and, when something is there already, once more after that is gone.
    private func make(_ path: ArchivePath, _ call: String, _ body: (Int32, UnsafePointer<CChar>) -> Int32) throws
        -> Int32
    {
        for attempt in 0... {
            let parent = try parents.folder(path.parent, create: true)
            let result = withCString(path.base) { body(parent, $0) }
            if result != -1 { return result }
            let code = errno
            if code == EINTR { continue }
            guard code == EEXIST, attempt < 2 else { throw SystemError(call: call, errno: code, subject: path.text) }
            try remove(path)
        }
        preconditionFailure("the loop has no other end")
    }

    private func remove(_ path: ArchivePath) throws {
        let parent = try parents.folder(path.parent, create: true)
        try withCString(path.base) { try TreeRemoval.remove(at: parent, $0) }
        parents.forget()
    }

    private func makeFile(_ path: ArchivePath, _ entry: TarEntry, _ reader: TarReader) throws {
        let file = Descriptor(
            owning: try make(path, "openat") {
                clinux_openat($0, $1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
        )
        try reader.write(entry, to: file.rawValue, path)
        // chown(2) clears set-uid bits and capabilities: it comes first.
        try applyOwner(file.rawValue, entry)
        try FileAttributes.apply(entry.attributes, to: file.rawValue, path.text)
        try setTimes(file.rawValue, entry.modified, path)
    }

    private func makeFolder(_ path: ArchivePath, _ entry: TarEntry) throws {
        let parent = try parents.folder(path.parent, create: true)
        var wasWhiteout = false
        if withCString(path.base, { mkdirat(parent, $0, 0o700) }) == -1 {
            let code = errno
            guard code == EEXIST else { throw SystemError(call: "mkdirat", errno: code, subject: path.text) }
            let status = try existing(path)
            if status.map({ $0.st_mode & S_IFMT != S_IFDIR }) ?? false {
                wasWhiteout = status.map(Whiteout.isMarker) ?? false
                _ = try make(path, "mkdirat") { mkdirat($0, $1, 0o700) }
            }
        }
        let folder = try openFolder(path)
        try applyFolder(folder.rawValue, entry)
        // The layer deletes the folder below and makes it anew.
        if wasWhiteout { try Whiteout.makeOpaque(folder.rawValue, path.text) }
        try remember(path, entry.modified)
    }

    private func makeSymbolicLink(_ path: ArchivePath, _ entry: TarEntry) throws {
        guard !entry.linkName.isEmpty, !entry.linkName.contains(0) else {
            throw ArchiveError(.badHeader("symlink without a target"))
        }
        _ = try make(path, "symlinkat") { parent, name in
            withCString(entry.linkName) { symlinkat($0, parent, name) }
        }
        let parent = try parents.folder(path.parent, create: true)
        try retrying("fchownat", path.text) {
            withCString(path.base) {
                fchownat(parent, $0, entry.owner.user, entry.owner.group, AT_SYMLINK_NOFOLLOW)
            }
        }
        try setTimes(at: parent, path, entry.modified)
    }

    private func makeHardLink(_ path: ArchivePath, _ entry: TarEntry) throws {
        let target = try ArchivePath(entry.linkName)
        let targetText = target.text
        guard !target.isRoot else { throw ArchiveError(.badLinkTarget(targetText)) }
        // Removing what is there would remove the target itself.
        if target == path { return }
        for attempt in 0... {
            guard let source = try parents.existing(target.parent) else {
                throw ArchiveError(.missingLinkTarget(targetText))
            }
            // The next look-up may close what this one gave.
            let held = try Descriptor.duplicating(source)
            let from = held.rawValue
            let parent = try parents.folder(path.parent, create: true)
            // Without AT_SYMLINK_FOLLOW a symlink itself is linked, never what it points to.
            let result = withCString(target.base) { name in
                withCString(path.base) { linkat(from, name, parent, $0, 0) }
            }
            if result == 0 { return }
            switch errno {
            case EINTR: continue
            case ENOENT: throw ArchiveError(.missingLinkTarget(targetText))
            case EPERM: throw ArchiveError(.badLinkTarget(targetText))
            case EEXIST where attempt < 2: try remove(path)
            case let code: throw SystemError(call: "linkat", errno: code, subject: path.text)
            }
        }
    }

    private func makeNode(_ path: ArchivePath, _ entry: TarEntry) throws {
        let kind: mode_t =
            switch entry.kind {
            case .characterDevice: S_IFCHR
            case .blockDevice: S_IFBLK
            default: S_IFIFO
            }
        _ = try make(path, "mknodat") {
            clinux_mknodat($0, $1, kind | 0o600, entry.device.major, entry.device.minor)
        }
        let parent = try parents.folder(path.parent, create: true)
        try retrying("fchownat", path.text) {
            withCString(path.base) {
                fchownat(parent, $0, entry.owner.user, entry.owner.group, AT_SYMLINK_NOFOLLOW)
            }
        }
        // Just made here, and no symlink.
        try retrying("fchmodat", path.text) { withCString(path.base) { fchmodat(parent, $0, entry.permissions, 0) } }
        try setTimes(at: parent, path, entry.modified)
    }

    private func apply(_ whiteout: Whiteout) throws {
        switch whiteout {
        case .ignored: return
        case .opaque(let path):
            let number = try parents.folder(path.parent, create: true)
            let folder = try Descriptor.open(at: number, ".", O_RDONLY | O_DIRECTORY)
            try Whiteout.makeOpaque(folder.rawValue, path.text)
        case .removes(let path):
            let parent = try parents.folder(path.parent, create: true)
            let result = withCString(path.base) { clinux_mknodat(parent, $0, S_IFCHR, 0, 0) }
            if result == 0 { return }
            let code = errno
            guard code == EEXIST else { throw SystemError(call: "mknodat", errno: code, subject: path.text) }
            // A whiteout is about the layers below. What this layer has of the name hides those anyway, except that a
            // folder would be merged.
            guard let status = try existing(path), status.st_mode & S_IFMT == S_IFDIR else { return }
            let folder = try openFolder(path)
            try Whiteout.makeOpaque(folder.rawValue, path.text)
        }
    }

    // MARK: What it is like

    private func existing(_ path: ArchivePath) throws -> stat? {
        let parent = try parents.folder(path.parent, create: true)
        var status = stat()
        let result = withCString(path.base) { fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }
        let code = errno
        if result == 0 { return status }
        if code == ENOENT { return nil }
        throw SystemError(call: "fstatat", errno: code, subject: path.text)
    }

    private func openFolder(_ path: ArchivePath) throws -> Descriptor {
        let parent = try parents.folder(path.parent, create: true)
        return Descriptor(
            owning: try retrying("openat", path.text) {
                withCString(path.base) {
                    clinux_openat(parent, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
                }
            }
        )
    }

    private func applyFolder(_ folder: Int32, _ entry: TarEntry) throws {
        try applyOwner(folder, entry)
        try FileAttributes.apply(entry.attributes, to: folder, entry.text)
    }

    private func applyOwner(_ file: Int32, _ entry: TarEntry) throws {
        try retrying("fchown", entry.text) { fchown(file, entry.owner.user, entry.owner.group) }
        try retrying("fchmod", entry.text) { fchmod(file, entry.permissions) }
    }

    private func remember(_ path: ArchivePath, _ time: TarEntry.Time) throws {
        folderTimesBytes += path.bytes.count + 64
        guard folderTimesBytes <= Self.rememberedBytes else {
            throw ArchiveError(.limitExceeded("too many folders"))
        }
        folderTimes.append((path, time))
    }

    private func setFolderTimes() throws {
        for (path, time) in folderTimes.reversed() {
            if path.isRoot {
                try setTimes(root.rawValue, time, path)
                continue
            }
            do {
                let number = try openInRoot(root.rawValue, path.bytes, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                let folder = Descriptor(owning: number)
                try setTimes(folder.rawValue, time, path)
            } catch let error as SystemError {
                // A later entry may have put something else in its place.
                guard [ENOENT, ENOTDIR, ELOOP].contains(error.errno) else { throw error }
            }
        }
    }

    private func setTimes(_ file: Int32, _ time: TarEntry.Time, _ path: ArchivePath) throws {
        let value = timespec(tv_sec: time_t(time.seconds), tv_nsec: Int(time.nanoseconds))
        let times = [value, value]
        try retrying("futimens", path.text) { futimens(file, times) }
    }

    private func setTimes(at parent: Int32, _ path: ArchivePath, _ time: TarEntry.Time) throws {
        let value = timespec(tv_sec: time_t(time.seconds), tv_nsec: Int(time.nanoseconds))
        let times = [value, value]
        try retrying("utimensat", path.text) {
            withCString(path.base) { utimensat(parent, $0, times, AT_SYMLINK_NOFOLLOW) }
        }
    }
}

extension Descriptor {
    fileprivate static func duplicating(_ number: Int32) throws(SystemError) -> Descriptor {
        Descriptor(owning: try retrying("dup", "fd \(number)") { clinux_fcntl_int(number, F_DUPFD_CLOEXEC, 3) })
    }
}
