import CLinux
import Glibc
import Linux

/// Writes what an overlay's upper directory holds as a layer: whiteouts and opaque folders in the image specification's form,
/// owners, set-uid bits, extended attributes, hard links, devices and holes as they are. The same tree makes the same bytes.
///
/// Nothing may change the tree meanwhile. Sockets are left out, as they are by every other client. Belongs to one thread.
public final class LayerArchiver {
    /// What becomes of the times of files.
    public enum Times: Sendable, Hashable {
        case kept
        /// None is later than this second since 1970.
        case atMost(Int64)
        /// Every one is this.
        case all(Int64)
    }

    private static let depthLimit = 800
    private let writer: TarWriter
    private let times: Times
    private let below: [String]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    /// The first names of files that have several.
    private var linked: [UInt64: [UInt8]] = [:]
    /// How many entries were written; a layer of none changes nothing.
    public private(set) var count = 0

    /// - Parameter below: the folders of the layers below. Only what one of them has needs hiding.
    public init(_ writer: TarWriter, times: Times = .kept, below: [String]) {
        self.writer = writer
        self.times = times
        self.below = below
    }

    deinit { buffer.deallocate() }

    /// Writes the tree below `root`, and the root itself where `includesRoot`. The archive's end is the caller's.
    public func archive(_ root: borrowing Descriptor, includesRoot: Bool) throws {
        let number = root.rawValue
        if includesRoot {
            let status = try fileStatus(number, "/")
            try emit(
                TarEntry(
                    [UInt8(ascii: "."), UInt8(ascii: "/")],
                    .directory,
                    status,
                    attributes: try attributes(number, "/")
                )
            )
        }
        try archiveChildren(of: number, [], depth: 0)
    }

    private func archiveChildren(of folder: Int32, _ path: [UInt8], depth: Int) throws {
        guard depth < Self.depthLimit else {
            throw ArchiveError(.limitExceeded("folders more than \(Self.depthLimit) deep"), entry: Self.text(path))
        }
        for name in try FolderNames.sorted(in: folder) {
            try archiveChild(name, of: folder, path.isEmpty ? name : path + [UInt8(ascii: "/")] + name, depth: depth)
        }
    }

    private func archiveChild(_ name: [UInt8], of parent: Int32, _ path: [UInt8], depth: Int) throws {
        guard !name.starts(with: Array(".wh.".utf8)) else {
            throw ArchiveError(.badName("a layer cannot hold a name that begins with .wh."), entry: Self.text(path))
        }
        var status = stat()
        try retrying("fstatat", Self.text(path)) {
            withCString(name) { fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            let folder = try Self.open(name, at: parent, O_DIRECTORY)
            let number = folder.rawValue
            try emit(
                TarEntry(
                    path + [UInt8(ascii: "/")],
                    .directory,
                    status,
                    attributes: try attributes(number, Self.text(path))
                )
            )
            if try isOpaque(number), hasFolderBelow(path) {
                try emit(Self.marker(path + Array("/.wh..wh..opq".utf8), status))
            }
            try archiveChildren(of: number, path, depth: depth + 1)
        case S_IFREG: try archiveFile(name, of: parent, path, status)
        case S_IFLNK:
            if try archiveLink(path, status) { return }
            var entry = TarEntry(path, .symbolicLink, status)
            entry.linkName = try FolderNames.target(of: name, in: parent)
            try emit(entry)
        case S_IFCHR where status.st_rdev == 0:
            let folder = path.dropLast(name.count)
            var marked = status
            // The whiteout's own time is when something was removed, which nobody needs to know.
            marked.st_mtim = timespec()
            try emit(Self.marker(Array(folder) + Array(".wh.".utf8) + name, marked))
        case S_IFCHR, S_IFBLK, S_IFIFO:
            if try archiveLink(path, status) { return }
            let kind: TarEntry.Kind =
                status.st_mode & S_IFMT == S_IFCHR
                ? .characterDevice : status.st_mode & S_IFMT == S_IFBLK ? .blockDevice : .fifo
            var entry = TarEntry(path, kind, status)
            if kind != .fifo {
                entry.device = .init(
                    major: clinux_major(UInt64(status.st_rdev)),
                    minor: clinux_minor(UInt64(status.st_rdev))
                )
            }
            try emit(entry)
        default: return
        }
    }

    private func archiveFile(_ name: [UInt8], of parent: Int32, _ path: [UInt8], _ status: stat) throws {
        if try archiveLink(path, status) { return }
        let file = try Self.open(name, at: parent, O_NONBLOCK)
        let number = file.rawValue
        var entry = TarEntry(path, .file, status, attributes: try attributes(number, Self.text(path)))
        entry.size = Int64(status.st_size)
        entry.segments = SparseMap.segments(of: number, size: entry.size, blocks: Int64(status.st_blocks))
        try emit(entry)
        var stored: Int64 = 0
        for segment in entry.segments ?? [.init(offset: 0, length: entry.size)] {
            try copy(number, segment, path)
            stored += segment.length
        }
        try writer.pad(stored)
    }

    private func copy(_ file: Int32, _ segment: TarEntry.Segment, _ path: [UInt8]) throws {
        var offset = segment.offset
        let end = segment.offset + segment.length
        while offset < end {
            let wanted = min(buffer.count, Int(end - offset))
            let (place, buffer) = (offset, self.buffer)
            let count = try retrying("pread", Self.text(path)) { pread(file, buffer.baseAddress, wanted, off_t(place)) }
            guard count > 0 else {
                throw SystemError(call: "pread", errno: EIO, subject: "\(Self.text(path)) has shrunk")
            }
            try writer.data(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += Int64(count)
        }
    }

    /// Writes a hard link where the file has been written under another name; else notes this one.
    private func archiveLink(_ path: [UInt8], _ status: stat) throws -> Bool {
        guard status.st_nlink > 1 else { return false }
        guard let first = linked[UInt64(status.st_ino)] else {
            linked[UInt64(status.st_ino)] = path
            return false
        }
        var entry = TarEntry(path, .hardLink, status)
        entry.linkName = first
        try emit(entry)
        return true
    }

    private func emit(_ entry: TarEntry) throws {
        var entry = entry
        switch times {
        case .kept: break
        case .atMost(let limit): entry.modified.seconds = min(entry.modified.seconds, limit)
        case .all(let time): entry.modified.seconds = time
        }
        count += 1
        try writer.header(entry)
    }

    private static func marker(_ path: [UInt8], _ status: stat) -> TarEntry {
        var entry = TarEntry(path, .file, status)
        entry.permissions = 0
        entry.owner = .init(user: 0, group: 0)
        return entry
    }

    /// overlayfs marks every new folder, as a help to itself.
    private func hasFolderBelow(_ path: [UInt8]) -> Bool {
        below.contains { layer in
            guard let root = try? Descriptor.open(layer, CLINUX_O_PATH | O_DIRECTORY),
                let number = try? openInRoot(
                    root.rawValue,
                    path,
                    CLINUX_O_PATH | O_DIRECTORY,
                    resolve: CLINUX_RESOLVE_NO_SYMLINKS
                )
            else { return false }
            close(number)
            return true
        }
    }

    private func isOpaque(_ folder: Int32) throws(SystemError) -> Bool {
        var value: UInt8 = 0
        let length = fgetxattr(folder, "trusted.overlay.opaque", &value, 1)
        if length == -1, errno != ENODATA, errno != ENOTSUP, errno != ERANGE { throw .last("fgetxattr", "opaque") }
        return length == 1 && value == UInt8(ascii: "y")
    }

    /// The extended attributes that are the layer's own business.
    private func attributes(_ file: Int32, _ subject: String) throws -> [TarEntry.Attribute] {
        try FileAttributes.read(file, subject)
    }

    private static func open(_ name: [UInt8], at parent: Int32, _ flags: Int32) throws(SystemError) -> Descriptor {
        Descriptor(
            owning: try retrying("openat", text(name)) {
                withCString(name) { clinux_openat(parent, $0, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags, 0) }
            }
        )
    }

    private static func text(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
}
