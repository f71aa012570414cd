import Glibc
import Linux

/// Writes an archive of plain files for the archive transports: ustar, with no dates and owners, so that the same files make the
/// same archive.
final class TarFile {
    private let file: Descriptor
    private let path: String
    private let target: String

    /// Begins an archive that gets its name with `finish`.
    init(_ target: String) throws(SystemError) {
        self.target = target
        path = "\(target).\(UInt32.random(in: .min ... .max)).tmp"
        file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
    }

    func add(_ name: String, bytes: [UInt8]) throws(SystemError) {
        try file.writeAll(Self.header(name, Int64(bytes.count)))
        try file.writeAll(bytes)
        try pad(Int64(bytes.count))
    }

    func add(_ name: String, file source: String) throws {
        let open = try Descriptor.open(source, O_RDONLY | O_NOFOLLOW)
        let size = try open.status().size
        try file.writeAll(Self.header(name, size))
        var written: Int64 = 0
        _ = try BlobFile.digest(open) { piece in
            try file.writeAll(piece)
            written += Int64(piece.count)
        }
        guard written == size else { throw TransportError(source, "changed while it was read") }
        try pad(size)
    }

    /// The end; the archive is on the disk and has its name then.
    func finish() throws(SystemError) {
        try file.writeAll([UInt8](repeating: 0, count: 1024))
        try file.synchronize()
        try FileSystem.rename(path, target)
    }

    func abandon() {
        // It may have been finished.
        try? FileSystem.removeFile(path)
    }

    private func pad(_ size: Int64) throws(SystemError) {
        let rest = Int(size % 512)
        if rest > 0 { try file.writeAll([UInt8](repeating: 0, count: 512 - rest)) }
    }

    /// POSIX.1-1988's header; sizes beyond 8 GiB in GNU's binary form, which every reader knows.
    private static func header(_ name: String, _ size: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) { block.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8)) }
        func octal(_ value: Int64, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        precondition(name.utf8.count <= 100, "the names of these archives are short")
        put(name, at: 0)
        put("0000644", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        if size < 1 << 33 {
            put(octal(size, 11), at: 124)
        } else {
            block[124] = 0x80
            for index in 0..<8 { block[128 + index] = UInt8(truncatingIfNeeded: size >> Int64(56 - 8 * index)) }
        }
        put("00000000000", at: 136)
        put("        ", at: 148)
        block[156] = UInt8(ascii: "0")
        put("ustar\0" + "00", at: 257)
        let sum = block.reduce(0) { $0 + Int64($1) }
        put(octal(sum, 6) + "\0 ", at: 148)
        return block
    }
}
