import Glibc
import Linux
import Registry

/// Writes a blob into a new file.
final class FileSink: BlobSink {
    private let file: Descriptor
    private let path: String

    init(_ path: String) throws(SystemError) {
        self.path = path
        file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        do throws(SystemError) { try file.writeAll(bytes) } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
    }
}
