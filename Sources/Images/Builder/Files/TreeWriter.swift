import Archive
import CLinux
import Glibc
import Linux

/// Puts what a COPY takes into a container's root. Every path is walked inside of the root; symlinks that lead to folders are
/// followed in it, as cp(1) does.
final class TreeWriter: SourceVisitor {
    struct Ownership: Sendable, Hashable {
        /// Nil where the source's owner is kept.
        var owner: TarEntry.Owner?
        /// Nil where the source's mode is kept.
        var mode: mode_t?
        /// Whether set-uid and set-gid bits of sources are left behind: a file of a context is made root's, and its owner meant
        /// his own rights by them. Buildah does the same.
        var dropsSetID = false

        func mode(of status: stat) -> mode_t { mode ?? status.st_mode & (dropsSetID ? 0o1777 : 0o7777) }
    }

    private let root: Int32
    private let base: [[UInt8]]
    private let ownership: Ownership
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var linked: [UInt64: [[UInt8]]] = [:]
    private var folderTimes: [(path: [[UInt8]], status: stat)] = []

    /// - Parameters:
    ///   - root: what nothing leaves; stays the caller's.
    ///   - base: where the paths of the entries begin.
    init(root: Int32, base: [[UInt8]], ownership: Ownership) {
        self.root = root
        self.base = base
        self.ownership = ownership
    }

    deinit { buffer.deallocate() }

    private static func joined(_ path: [[UInt8]]) -> [UInt8] {
        path.isEmpty ? [UInt8(ascii: ".")] : Array(path.joined(separator: [UInt8(ascii: "/")]))
    }

    /// Whether there is a folder at a path, symlinks followed inside of the root.
    static func isFolder(_ path: [[UInt8]], in root: Int32) -> Bool {
        guard let number = try? openInRoot(root, joined(path), CLINUX_O_PATH | O_DIRECTORY) else { return false }
        close(number)
        return true
    }

    /// Makes a folder and those above it that are missing: mode 0755, the owner's.
    static func makeFolders(_ path: [[UInt8]], in root: Int32, owner: TarEntry.Owner) throws {
        for count in path.indices {
            let part = Array(path[...count])
            if isFolder(part, in: root) { continue }
            let parent = try folder(Array(part.dropLast()), in: root)
            let number = parent.rawValue
            let text = joined(part).text
            try retrying("mkdir", text) { withCString(part[count]) { mkdirat(number, $0, 0o755) } }
            try retrying("chmod", text) { withCString(part[count]) { fchmodat(number, $0, 0o755, 0) } }
            try retrying("chown", text) {
                withCString(part[count]) { fchownat(number, $0, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) }
            }
        }
    }

    private static func folder(_ path: [[UInt8]], in root: Int32) throws(SystemError) -> Descriptor {
        Descriptor(owning: try openInRoot(root, joined(path), O_RDONLY | O_DIRECTORY))
    }

    private var missingOwner: TarEntry.Owner { ownership.owner ?? .init(user: 0, group: 0) }

    /// The folder that the last part of a path is in, made where it is missing.
    private func parent(of path: [[UInt8]]) throws -> Descriptor {
        let above = Array(path.dropLast())
        do throws(SystemError) { return try Self.folder(above, in: root) } catch  where error.errno == ENOENT {}
        try Self.makeFolders(above, in: root, owner: missingOwner)
        return try Self.folder(above, in: root)
    }

    /// Makes something at `path`, once more after what is there and is no folder is gone.
    private func make(_ path: [[UInt8]], _ call: String, _ body: (Int32, UnsafePointer<CChar>) -> Int32) throws -> Int32
    {
        guard let name = path.last else { throw BuildError(.invalid, "the root is a folder and cannot be replaced") }
        let parent = try parent(of: path)
        let number = parent.rawValue
        for attempt in 0... {
            let result = withCString(name) { body(number, $0) }
            if result != -1 { return result }
            let code = errno
            if code == EINTR { continue }
            guard code == EEXIST, attempt < 8 else {
                throw SystemError(call: call, errno: code, subject: "/" + Self.joined(path).text)
            }
            if withCString(name, { unlinkat(number, $0, 0) }) == -1, errno != ENOENT {
                if errno == EISDIR {
                    throw BuildError(
                        .invalid,
                        "/\(Self.joined(path).text) is a folder, and a file is to take its place"
                    )
                }
                throw SystemError.last("unlinkat", "/" + Self.joined(path).text)
            }
        }
        preconditionFailure("the loop has no other end")
    }

    func folder(_ path: [[UInt8]], _ source: Int32, _ status: stat) throws {
        let target = base + path
        if !Self.isFolder(target, in: root) {
            _ = try make(target, "mkdirat") { mkdirat($0, $1, 0o700) }
        }
        let folder = try Self.folder(target, in: root)
        try apply(status, to: folder.rawValue, target, from: source)
        folderTimes.append((target, status))
    }

    func file(_ path: [[UInt8]], _ source: Int32, _ status: stat) throws {
        let target = base + path
        if status.st_nlink > 1 {
            if let first = linked[UInt64(status.st_ino)] { return try hardLink(target, to: first) }
            linked[UInt64(status.st_ino)] = target
        }
        let file = Descriptor(
            owning: try make(target, "openat") {
                clinux_openat($0, $1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
        )
        let number = file.rawValue
        let size = Int64(status.st_size)
        if let segments = SparseMap.segments(of: source, size: size, blocks: Int64(status.st_blocks)) {
            try retrying("ftruncate", Self.joined(target).text) { ftruncate(number, off_t(size)) }
            for segment in segments { try copy(source, to: number, segment.offset, segment.length, target) }
        } else {
            try copy(source, to: number, 0, .max, target)
        }
        try apply(status, to: number, target, from: source)
        try setTimes(number, status, target)
    }

    private func copy(_ source: Int32, to file: Int32, _ start: Int64, _ length: Int64, _ path: [[UInt8]]) throws {
        var offset = start
        let end = length == .max ? Int64.max : start + length
        while offset < end {
            let (place, buffer, wanted) = (offset, self.buffer, Int(min(Int64(self.buffer.count), end - offset)))
            let count = try retrying("pread", "source") { pread(source, buffer.baseAddress, wanted, off_t(place)) }
            if count == 0 { return }
            var written = 0
            while written < count {
                let begin = written
                written += try retrying("pwrite", Self.joined(path).text) {
                    pwrite(file, buffer.baseAddress?.advanced(by: begin), count - begin, off_t(place) + off_t(begin))
                }
            }
            offset += Int64(count)
        }
    }

    private func hardLink(_ path: [[UInt8]], to first: [[UInt8]]) throws {
        let from = try parent(of: first)
        let number = from.rawValue
        _ = try make(path, "linkat") { parent, name in
            withCString(first[first.count - 1]) { linkat(number, $0, parent, name, 0) }
        }
    }

    func link(_ path: [[UInt8]], _ target: [UInt8], _ status: stat) throws {
        let place = base + path
        _ = try make(place, "symlinkat") { parent, name in withCString(target) { symlinkat($0, parent, name) } }
        try finish(place, status, isLink: true)
    }

    func node(_ path: [[UInt8]], _ status: stat) throws {
        let place = base + path
        _ = try make(place, "mknodat") {
            clinux_mknodat(
                $0,
                $1,
                status.st_mode & S_IFMT | 0o600,
                clinux_major(UInt64(status.st_rdev)),
                clinux_minor(UInt64(status.st_rdev))
            )
        }
        try finish(place, status, isLink: false)
    }

    /// Owner, mode and time of what cannot be opened.
    private func finish(_ path: [[UInt8]], _ status: stat, isLink: Bool) throws {
        let parent = try parent(of: path)
        let number = parent.rawValue
        let name = path[path.count - 1]
        let owner = ownership.owner ?? .init(user: status.st_uid, group: status.st_gid)
        let text = Self.joined(path).text
        try retrying("fchownat", text) {
            withCString(name) { fchownat(number, $0, owner.user, owner.group, AT_SYMLINK_NOFOLLOW) }
        }
        if !isLink {
            try retrying("fchmodat", text) { withCString(name) { fchmodat(number, $0, ownership.mode(of: status), 0) } }
        }
        let times = [status.st_mtim, status.st_mtim]
        try retrying("utimensat", text) { withCString(name) { utimensat(number, $0, times, AT_SYMLINK_NOFOLLOW) } }
    }

    private func apply(_ status: stat, to number: Int32, _ path: [[UInt8]], from source: Int32) throws {
        let owner = ownership.owner ?? .init(user: status.st_uid, group: status.st_gid)
        let text = Self.joined(path).text
        // chown(2) clears set-uid bits and capabilities: it comes first.
        try retrying("fchown", text) { fchown(number, owner.user, owner.group) }
        try retrying("fchmod", text) { fchmod(number, ownership.mode(of: status)) }
        if source >= 0 { try FileAttributes.apply(try FileAttributes.read(source, text), to: number, text) }
    }

    private func setTimes(_ number: Int32, _ status: stat, _ path: [[UInt8]]) throws {
        let times = [status.st_mtim, status.st_mtim]
        try retrying("futimens", Self.joined(path).text) { futimens(number, times) }
    }

    /// Folders get their times when all is in them.
    func finish() throws {
        for (path, status) in folderTimes.reversed() {
            let folder = try Self.folder(path, in: root)
            try setTimes(folder.rawValue, status, path)
        }
        folderTimes = []
    }

    /// Writes bytes as a file.
    func write(_ bytes: [UInt8], to path: [[UInt8]], mode: mode_t, modified: Int64) throws {
        let target = base + path
        let file = Descriptor(
            owning: try make(target, "openat") {
                clinux_openat($0, $1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            }
        )
        try file.writeAll(bytes)
        var status = stat()
        status.st_mode = mode
        status.st_mtim.tv_sec = Int(modified)
        try apply(status, to: file.rawValue, target, from: -1)
        try setTimes(file.rawValue, status, target)
    }
}
