import CLinux
import Glibc

/// The writing end of a pipe, socket or terminal; never blocks a thread. Closed when the last reference goes: to give the
/// reader its end, let go of it.
public final class ByteWriter: Sendable {
    private let descriptor: Descriptor
    private let isSocket: Bool

    /// Takes the descriptor over and makes it non-blocking.
    public init(_ descriptor: consuming Descriptor) throws(SystemError) {
        try descriptor.setNonBlocking(true)
        var status = stat()
        let number = descriptor.rawValue
        try retrying("fstat", "fd \(number)") { fstat(number, &status) }
        isSocket = status.st_mode & S_IFMT == S_IFSOCK
        self.descriptor = descriptor
    }

    /// Writes all bytes; suspends while the reader takes none. EPIPE where there is no reader any more; SIGPIPE must be
    /// ignored by the process. One caller at a time. Throws `CancellationError` on cancellation.
    public func write(_ bytes: [UInt8]) async throws {
        var written = 0
        while written < bytes.count {
            let (count, code) = writeNow(bytes[written...])
            switch code {
            case 0: written += count
            case EINTR: continue
            // ENOBUFS: a packet socket whose receiver's queue is full.
            case EAGAIN, ENOBUFS:
                _ = try await EventThread.shared.wait(for: .writable, on: descriptor.rawValue, until: nil)
            default: throw SystemError(call: "write", errno: code, subject: "fd \(descriptor.rawValue)")
            }
        }
    }

    /// shutdown(2) of a socket's sending half: the peer reads to its end, and may still answer.
    public func finishSending() throws(SystemError) {
        let number = descriptor.rawValue
        try retrying("shutdown", "fd \(number)") { shutdown(number, Int32(SHUT_WR)) }
    }

    /// Sets the size of a terminal, in characters; its foreground processes get SIGWINCH where it changed.
    public func resize(width: Int, height: Int) throws(SystemError) {
        var size = winsize(
            ws_row: UInt16(clamping: height),
            ws_col: UInt16(clamping: width),
            ws_xpixel: 0,
            ws_ypixel: 0
        )
        let number = descriptor.rawValue
        // TIOCSWINSZ
        try retrying("ioctl", "TIOCSWINSZ") { clinux_ioctl_pointer(number, 0x5414, &size) }
    }

    private func writeNow(_ bytes: ArraySlice<UInt8>) -> (count: Int, errno: Int32) {
        let count = bytes.withUnsafeBytes { buffer in
            isSocket
                ? send(descriptor.rawValue, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                : Glibc.write(descriptor.rawValue, buffer.baseAddress, buffer.count)
        }
        return count >= 0 ? (count, 0) : (0, errno)
    }
}
