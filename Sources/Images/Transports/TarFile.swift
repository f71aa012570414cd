import Archive
import Glibc
import Linux

/// An archive of plain files for the archive transports, with no dates and owners, so that the same files make the same archive.
struct TarFile {
    private let writer: TarWriter

    /// Writes an archive that has its name when all of it is on the disk, or never.
    static func write(_ target: String, _ body: (TarFile) throws -> Void) throws {
        let path = "\(target).\(UInt32.random(in: .min ... .max)).tmp"
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
        do {
            let writer = TarWriter { try file.writeAll($0) }
            try body(TarFile(writer: writer))
            try writer.finish()
            try file.synchronize()
            try FileSystem.rename(path, target)
        } catch {
            // What stopped it is what is told.
            try? FileSystem.removeFile(path)
            throw error
        }
    }

    func add(_ name: String, bytes: [UInt8]) throws {
        try begin(name, Int64(bytes.count))
        try bytes.withUnsafeBytes(writer.data)
        try writer.pad(Int64(bytes.count))
    }

    func add(_ name: String, file source: String) throws {
        let open = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW)
        let size = try open.status().size
        try begin(name, size)
        var written: Int64 = 0
        try open.readPieces { piece in
            try writer.data(piece)
            written += Int64(piece.count)
        }
        guard written == size else { throw TransportError(source, "changed while it was read") }
        try writer.pad(size)
    }

    private func begin(_ name: String, _ size: Int64) throws {
        var entry = TarEntry(Array(name.utf8), .file)
        entry.permissions = 0o644
        entry.size = size
        try writer.header(entry)
    }
}
