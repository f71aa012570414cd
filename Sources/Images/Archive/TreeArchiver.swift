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
    private static let block = 512

    private let write: (UnsafeRawBufferPointer) throws -> Void
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

    /// - Parameter write: takes the archive's bytes, in order; may block.
    public init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.write = write
    }

    deinit {
        buffer.deallocate()
    }

    /// Archives what `path` is, as the processes of `root` see it; its last part is the name of the first entry.
    public func archive(_ path: String, in root: borrowing Descriptor) throws {
        let cleaned = try ArchivePath(Array(path.utf8))
        let top = Descriptor(owning: try openInRoot(root.rawValue, cleaned.isRoot ? [UInt8(ascii: ".")] : cleaned.bytes, CLINUX_O_PATH))
        let name = cleaned.isRoot ? [UInt8(ascii: ".")] : Array(cleaned.base)
        let status = try Self.status(top.rawValue, path)
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
        try emit([UInt8](repeating: 0, count: 2 * Self.block))
    }

    // MARK: The tree

    private func archiveFolder(_ folder: borrowing Descriptor, _ name: [UInt8], depth: Int) throws {
        guard depth < Self.depthLimit else {
            throw SystemError(call: "open", errno: ELOOP, subject: String(decoding: name, as: UTF8.self))
        }
        let number = folder.rawValue
        try header(name + [UInt8(ascii: "/")], try Self.status(number, "folder"), kind: "5", size: 0)
        for child in try Self.names(in: number) {
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
            var target = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = withCString(child) { path in
                target.withUnsafeMutableBytes { buffer in
                    buffer.withMemoryRebound(to: CChar.self) { text in
                        // The array is not empty.
                        text.baseAddress.map { readlinkat(parent, path, $0, text.count) } ?? -1
                    }
                }
            }
            guard count > 0 else { return }
            try header(name, status, kind: "2", size: 0, link: Array(target.prefix(count)))
        default: return
        }
    }

    private func archiveFile(_ file: borrowing Descriptor, _ name: [UInt8]) throws {
        let number = file.rawValue
        let status = try Self.status(number, "file")
        // It was one when it was looked at.
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        try header(name, status, kind: "0", size: Int64(status.st_size))
        var left = Int(status.st_size)
        while left > 0 {
            let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(left, buffer.count)])
            var count = try file.read(into: wanted)
            if count == 0 {
                wanted.initializeMemory(as: UInt8.self, repeating: 0)
                count = wanted.count
            }
            try write(UnsafeRawBufferPointer(rebasing: wanted[..<count]))
            left -= count
        }
        try pad(Int(status.st_size))
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

    private static func status(_ number: Int32, _ subject: String) throws(SystemError) -> stat {
        var status = stat()
        try retrying("fstat", subject) { fstat(number, &status) }
        return status
    }

    /// The names in a folder in the order of their bytes, so that the same tree makes the same archive.
    private static func names(in folder: Int32) throws -> [[UInt8]] {
        let copy = try retrying("openat", "folder") { clinux_openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
        guard let stream = fdopendir(copy) else {
            let error = SystemError.last("fdopendir")
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name != [UInt8(ascii: ".")] && name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    // MARK: Headers

    private func header(
        _ name: [UInt8],
        _ status: stat,
        kind: Character,
        size: Int64,
        link: [UInt8] = []
    ) throws {
        var records: [UInt8] = []
        if name.count > 100 { records += Self.record("path", name) }
        if link.count > 100 { records += Self.record("linkpath", link) }
        // Eleven octal digits.
        if size >= 1 << 33 { records += Self.record("size", Array("\(size)".utf8)) }
        if status.st_uid >= 1 << 21 { records += Self.record("uid", Array("\(status.st_uid)".utf8)) }
        if status.st_gid >= 1 << 21 { records += Self.record("gid", Array("\(status.st_gid)".utf8)) }
        if !records.isEmpty {
            try emit(Self.block(Array("PaxHeaders/0".utf8), stat(), kind: "x", size: Int64(records.count)))
            try emit(records)
            try pad(records.count)
        }
        try emit(Self.block(name, status, kind: kind, size: size, link: link))
    }

    /// `LENGTH NAME=VALUE\n`, where the length counts its own digits.
    private static func record(_ name: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(name)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while rest.count + "\(length)".utf8.count != length { length = rest.count + "\(length)".utf8.count }
        return Array("\(length)".utf8) + rest
    }

    private static func block(
        _ name: [UInt8],
        _ status: stat,
        kind: Character,
        size: Int64,
        link: [UInt8] = []
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.block)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, _ digits: Int, at offset: Int) {
            // What does not fit stands in a pax record.
            let text = String(max(0, value), radix: 8).suffix(digits)
            put(String(repeating: "0", count: digits - text.count).utf8, at: offset)
            put(text.utf8, at: offset + digits - text.count)
        }
        put(name.prefix(100), at: 0)
        octal(Int64(status.st_mode & 0o7777), 7, at: 100)
        octal(status.st_uid < 1 << 21 ? Int64(status.st_uid) : 0, 7, at: 108)
        octal(status.st_gid < 1 << 21 ? Int64(status.st_gid) : 0, 7, at: 116)
        octal(size < 1 << 33 ? size : 0, 11, at: 124)
        octal(Int64(status.st_mtim.tv_sec), 11, at: 136)
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        put("\(kind)".utf8, at: 156)
        put(link.prefix(100), at: 157)
        put("ustar\u{0}00".utf8, at: 257)
        octal(block.reduce(0) { $0 + Int64($1) }, 6, at: 148)
        block[154] = 0
        return block
    }

    private func pad(_ count: Int) throws {
        let rest = count % Self.block
        if rest > 0 { try emit([UInt8](repeating: 0, count: Self.block - rest)) }
    }

    private func emit(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(write)
    }
}
