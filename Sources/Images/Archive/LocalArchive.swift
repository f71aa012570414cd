import Glibc
import Linux

/// A file that may be a tar archive, plain or compressed: what ADD unpacks.
package enum LocalArchive {
    /// How the file is compressed by something that is a program's work here.
    package enum Outer: String, Sendable {
        case xz, bzip2
    }

    package static func outer(_ magic: [UInt8]) -> Outer? {
        if magic.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        if magic.starts(with: Array("BZh".utf8)) { return .bzip2 }
        return nil
    }

    /// Whether what the source gives begins as a tar archive does; reads some of it.
    package static func isArchive(_ source: any ByteSource) -> Bool {
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: TarHeader.size, alignment: 16)
        defer { block.deallocate() }
        // What cannot be read as one is none.
        guard let input = try? open(source), (try? input.read(block)) == true else { return false }
        return !block.allSatisfy { $0 == 0 } && (try? TarHeader(UnsafeRawBufferPointer(block))) != nil
    }

    /// The uncompressed bytes.
    package static func open(_ source: any ByteSource) throws -> ArchiveInput {
        var stream = try Decompression.stream(of: CompressedInput(source))
        let buffer = ReusedBuffer()
        return ArchiveInput {
            let count = try stream.read(into: buffer.bytes)
            return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
        }
    }

    private final class ReusedBuffer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        deinit { bytes.deallocate() }
    }
}
