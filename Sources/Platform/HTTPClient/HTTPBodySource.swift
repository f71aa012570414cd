import Glibc
import Linux

/// What a request carries that is too large for the memory.
///
/// Asked from the client's thread, from the beginning to the end; from the beginning again where a request has to be sent anew.
public protocol HTTPBodySource: AnyObject, Sendable {
    /// How many bytes there are.
    var count: Int64 { get }
    /// Fills the buffer or a part of it with what begins at `offset`; 0 at the end. An error ends the transfer and is thrown on.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A part of a file (pread(2)). The file must not change meanwhile.
public final class HTTPFileBody: HTTPBodySource {
    private let file: Descriptor
    private let path: String
    private let start: Int64
    public let count: Int64

    /// Opens the file, which must have the bytes.
    public init(_ path: String, from start: Int64 = 0, count: Int64) throws(SystemError) {
        self.path = path
        self.start = start
        self.count = count
        file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
    }

    public func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let (number, size) = (file.rawValue, Int(min(Int64(buffer.count), count - offset)))
        guard size > 0 else { return 0 }
        return try retrying("pread", path) { pread(number, buffer.baseAddress, size, off_t(start + offset)) }
    }
}
