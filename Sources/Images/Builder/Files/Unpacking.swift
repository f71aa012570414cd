import Archive
import CLinux
import Glibc
import Linux

/// ADD of an archive.
enum Unpacking {
    /// How a local archive is found again: its path in the context; nil where the file is no archive.
    static func archivePath(_ path: [[UInt8]], _ root: Int32) throws -> String? {
        let joined = Array(path.joined(separator: [UInt8(ascii: "/")]))
        let number = try openInRoot(root, joined, O_RDONLY | O_NONBLOCK)
        let file = Descriptor(owning: number)
        var magic = [UInt8](repeating: 0, count: 6)
        let count = pread(number, &magic, 6, 0)
        if count == 6, let outer = LocalArchive.outer(magic) {
            let inner = try decompressed(file, outer)
            let isArchive = LocalArchive.isArchive(FileSource(inner))
            return isArchive ? joined.text : nil
        }
        return LocalArchive.isArchive(FileSource(file)) ? joined.text : nil
    }

    /// What Debian's xz or bzip2 makes of a file, in a file without a name.
    private static func decompressed(_ file: borrowing Descriptor, _ outer: LocalArchive.Outer) throws -> Descriptor {
        let program = "/usr/bin/\(outer.rawValue)"
        guard FileSystem.exists(program) else {
            throw BuildError(
                .invalid,
                "an archive that is compressed by \(outer.rawValue) needs \(program), which is not here"
            )
        }
        let number = clinux_openat(AT_FDCWD, "/var/tmp", CLINUX_O_TMPFILE | O_RDWR | O_CLOEXEC, 0o600)
        if number == -1 { throw SystemError.last("openat", "/var/tmp") }
        let result = Descriptor(owning: number)
        lseek(file.rawValue, 0, SEEK_SET)
        let running = try ChildProcess(executable: program, arguments: ["-dc"], environment: []).spawn([
            0: file.rawValue, 1: number,
        ])
        let status = try running.wait()
        guard status == .exited(0) else { throw BuildError(.invalid, "\(outer.rawValue) cannot read the archive") }
        lseek(number, 0, SEEK_SET)
        return result
    }

    /// Unpacks an archive, a local one by its path in `context` or a fetched one by its own, into a folder of a root.
    static func unpack(
        _ path: String,
        _ context: Int32,
        into root: borrowing Descriptor,
        at base: [[UInt8]],
        owner: TarEntry.Owner?
    ) throws {
        let number =
            path.hasPrefix("/")
            ? try Descriptor.open(path, O_RDONLY).release() : try openInRoot(context, Array(path.utf8), O_RDONLY)
        var file = Descriptor(owning: number)
        var magic = [UInt8](repeating: 0, count: 6)
        if pread(number, &magic, 6, 0) == 6, let outer = LocalArchive.outer(magic) {
            file = try decompressed(file, outer)
        }
        let reader = TarReader(try LocalArchive.open(FileSource(file)))
        let place = "/" + base.map(\.text).joined(separator: "/") + "/"
        let unpacker = try TreeUnpacker(
            root: try root.duplicate(),
            path: place,
            followsLinks: true,
            restores: .all(owner: owner)
        )
        try unpacker.unpack(reader)
    }
}
