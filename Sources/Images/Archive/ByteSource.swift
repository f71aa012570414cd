import Glibc
import Linux

/// Bytes that come one after another; reading may block the thread.
public protocol ByteSource: AnyObject, Sendable {
    /// Fills the buffer or a part of it; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
    /// Makes a reader that waits, and all later ones, fail. May be called from any thread.
    func cancel()
}

/// The bytes of an open file from its offset on.
public final class FileSource: ByteSource {
    private let file: Descriptor

    public init(_ file: consuming Descriptor) {
        self.file = file
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try file.read(into: buffer)
    }

    /// A file on disk does not make a reader wait.
    public func cancel() {}
}
