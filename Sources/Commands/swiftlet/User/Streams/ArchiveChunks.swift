import Archive
import Glibc
import Linux

/// The bytes of an archive from a descriptor that blocks.
enum ArchiveChunks {
    private final class Buffer {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 << 10, alignment: 16)

        deinit { bytes.deallocate() }
    }

    /// - Parameter number: stays the caller's.
    static func input(_ number: Int32) -> ArchiveInput {
        let buffer = Buffer()
        return ArchiveInput {
            let count = try retrying("read", "archive") { read(number, buffer.bytes.baseAddress, buffer.bytes.count) }
            return count == 0 ? nil : UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
        }
    }
}
