import CLinux
import Glibc
import Linux

/// Writes a file or a folder with all below it as a tar archive: ustar, with pax records where that is too narrow.
///
/// The tree may be in use and its owner hostile: nothing but regular files is opened for reading, no symlink below the top is
/// followed, and a file that shrinks meanwhile is filled up with zeros. Devices, sockets and FIFOs are left out.
/// Belongs to one thread.
public final class TreeArchiver {
    private static let depthLimit = 512

    private let writer: TarWriter
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

    /// - Parameter write: takes the archive's bytes, in order; may block.
    public init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        writer = TarWriter(write)
    }

    deinit {
        buffer.deallocate()
    }

    /// Archives what `path` is, as the processes of `root` see it; its last part is the name of the first entry.
    public func archive(_ path: String, in root: borrowing Descriptor) throws {
        let cleaned = try ArchivePath(Array(path.utf8))
        let top = Descriptor(owning: try openInRoot(root.rawValue, cleaned.isRoot ? [UInt8(ascii: ".")] : cleaned.bytes, CLINUX_O_PATH))
        let name = cleaned.isRoot ? [UInt8(ascii: ".")] : Array(cleaned.base)
        let status = try fileStatus(top.rawValue, path)
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            let folder = try Descriptor.open(at: top.rawValue, ".", O_RDONLY | O_DIRECTORY)
            try archiveFolder(folder, name, depth: 0)
        case S_IFREG:
            // Opened anew through its parent: a file cannot be read by a descriptor that only names it.
            let file = Descriptor(owning: try openInRoot(root.rawValue, cleaned.bytes, O_RDONLY | O_NONBLOCK))
            try archiveFile(file, name)
        default: throw SystemError(call: "open", errno: EINVAL, subject: "\(path) is neither a file nor a folder")
        }
        try writer.finish()
    }

    // MARK: The tree

    private func archiveFolder(_ folder: borrowing Descriptor, _ name: [UInt8], depth: Int) throws {
        guard depth < Self.depthLimit else {
            throw SystemError(call: "open", errno: ELOOP, subject: String(decoding: name, as: UTF8.self))
        }
        let number = folder.rawValue
        try writer.header(TarEntry(name + [UInt8(ascii: "/")], .directory, try fileStatus(number, "folder")))
        for child in try FolderNames.sorted(in: number) {
            try archiveChild(child, of: number, name + [UInt8(ascii: "/")] + child, depth: depth)
        }
    }

    private func archiveChild(_ child: [UInt8], of parent: Int32, _ name: [UInt8], depth: Int) throws {
        var status = stat()
        // Gone meanwhile: it is not in the archive.
        guard withCString(child, { fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else { return }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            guard let folder = try Self.open(child, at: parent, O_DIRECTORY) else { return }
            try archiveFolder(folder, name, depth: depth + 1)
        case S_IFREG:
            guard let file = try Self.open(child, at: parent, 0) else { return }
            try archiveFile(file, name)
        case S_IFLNK:
            // As above.
            guard let target = try? FolderNames.target(of: child, in: parent), !target.isEmpty else { return }
            var entry = TarEntry(name, .symbolicLink, status)
            entry.linkName = target
            try writer.header(entry)
        default: return
        }
    }

    private func archiveFile(_ file: borrowing Descriptor, _ name: [UInt8]) throws {
        let number = file.rawValue
        let status = try fileStatus(number, "file")
        // It was one when it was looked at.
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        var entry = TarEntry(name, .file, status)
        entry.size = Int64(status.st_size)
        try writer.header(entry)
        var left = Int(status.st_size)
        while left > 0 {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(left, buffer.count)])
            var count = try file.read(into: wanted)
            if count == 0 {
                wanted.initializeMemory(as: UInt8.self, repeating: 0)
                count = wanted.count
            }
            try writer.data(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
            left -= count
        }
        try writer.pad(entry.size)
    }

    /// Nil where it is not there any more, or is something else by now.
    private static func open(_ name: [UInt8], at parent: Int32, _ flags: Int32) throws -> Descriptor? {
        let number = withCString(name) {
            clinux_openat(parent, $0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0)
        }
        if number != -1 { return Descriptor(owning: number) }
        let code = errno
        if [ENOENT, ELOOP, ENOTDIR, ENXIO].contains(code) { return nil }
        throw SystemError(call: "openat", errno: code, subject: String(decoding: name, as: UTF8.self))
    }
}
