import CLinux
import Glibc

/// A file descriptor that is closed exactly once: when the value ends, or earlier by `close()`.
public struct Descriptor: ~Copyable, Sendable {
    /// The descriptor's number, valid while the value lives.
    public let rawValue: Int32

    /// Takes ownership of an open descriptor.
    public init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        _ = Glibc.close(rawValue)
    }

    /// Closes now and reports what close(2) says. EINTR counts as closed, as on every Linux.
    public consuming func close() throws(SystemError) {
        let number = rawValue
        discard self
        if Glibc.close(number) == -1 {
            let code = errno
            if code != EINTR { throw SystemError(call: "close", errno: code, subject: "fd \(number)") }
        }
    }

    /// Gives the number away: the caller closes it.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    /// A second descriptor for the same open file, close-on-exec.
    public borrowing func duplicate() throws(SystemError) -> Descriptor {
        let number = rawValue
        return Descriptor(
            owning: try retrying("dup", "fd \(number)") { clinux_fcntl_int(number, F_DUPFD_CLOEXEC, 3) }
        )
    }
}

extension Descriptor {
    /// open(2), with O_CLOEXEC added.
    public static func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemError) -> Descriptor {
        Descriptor(owning: try retrying("open", path) { clinux_open(path, flags | O_CLOEXEC, mode) })
    }

    /// openat(2), with O_CLOEXEC added.
    public static func open(
        at directory: Int32,
        _ path: String,
        _ flags: Int32,
        mode: mode_t = 0
    ) throws(SystemError) -> Descriptor {
        Descriptor(owning: try retrying("openat", path) { clinux_openat(directory, path, flags | O_CLOEXEC, mode) })
    }

    /// Opens a path as it is seen from a root: openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS, so that
    /// neither `..`, nor absolute symlinks, nor /proc's links lead out of `root`.
    public static func open(
        inRoot root: Int32,
        _ path: String,
        _ flags: Int32,
        mode: mode_t = 0,
        resolve extra: UInt32 = 0
    ) throws(SystemError) -> Descriptor {
        let resolve = CLINUX_RESOLVE_IN_ROOT | CLINUX_RESOLVE_NO_MAGICLINKS | extra
        while true {
            let number = clinux_openat2(root, path, UInt64(flags | O_CLOEXEC), UInt64(mode), UInt64(resolve))
            if number != -1 { return Descriptor(owning: number) }
            // EAGAIN: a rename raced with the walk (openat2(2)); walking again is safe.
            let code = errno
            if code != EAGAIN && code != EINTR { throw SystemError(call: "openat2", errno: code, subject: path) }
        }
    }

    /// pipe2(2), both ends close-on-exec.
    public static func pipe(flags: Int32 = 0) throws(SystemError) -> Pipe {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { clinux_pipe2($0, flags | O_CLOEXEC) }
        }
        if result == -1 { throw SystemError.last("pipe2") }
        return Pipe(read: Descriptor(owning: ends.0), write: Descriptor(owning: ends.1))
    }

    /// socketpair(2) in the Unix domain, both ends close-on-exec.
    public static func socketPair(type: Int32) throws(SystemError) -> SocketPair {
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
                socketpair(AF_UNIX, type | Int32(SOCK_CLOEXEC.rawValue), 0, $0)
            }
        }
        if result == -1 { throw SystemError.last("socketpair") }
        return SocketPair(first: Descriptor(owning: ends.0), second: Descriptor(owning: ends.1))
    }
}

/// The two ends of a pipe.
@frozen
public struct Pipe: ~Copyable, Sendable {
    public var read: Descriptor
    public var write: Descriptor

    public init(read: consuming Descriptor, write: consuming Descriptor) {
        self.read = read
        self.write = write
    }
}

/// Two sockets that are connected to each other.
@frozen
public struct SocketPair: ~Copyable, Sendable {
    public var first: Descriptor
    public var second: Descriptor

    public init(first: consuming Descriptor, second: consuming Descriptor) {
        self.first = first
        self.second = second
    }
}

extension Descriptor {
    /// read(2): up to `buffer.count` bytes; 0 at the end.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        let number = rawValue
        return try retrying("read", "fd \(number)") { Glibc.read(number, buffer.baseAddress, buffer.count) }
    }

    /// Reads on to the end of the file, a piece at a time; a piece is valid until the closure returns.
    public borrowing func readPieces(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Everything up to the end of the file; fails with EFBIG past `limit` bytes.
    public borrowing func readToEnd(limit: Int = .max, sizeHint: Int = 0) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(sizeHint + 1)
        var chunk = max(4096, sizeHint + 1)
        let number = rawValue
        while true {
            let before = bytes.count
            let wanted = chunk
            var failure: Int32 = 0
            bytes.append(contentsOf: [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                repeat {
                    count = 0
                    let got = Glibc.read(number, buffer.baseAddress, wanted)
                    failure = got == -1 ? errno : 0
                    if got > 0 { count = got }
                } while failure == EINTR
            })
            if failure != 0 { throw SystemError(call: "read", errno: failure, subject: "fd \(number)") }
            if bytes.count == before { return bytes }
            if bytes.count > limit { throw SystemError(call: "read", errno: EFBIG, subject: "fd \(number)") }
            chunk = min(max(chunk, 4096) * 2, 1 << 20)
        }
    }

    /// Writes all bytes, however many write(2) calls that takes.
    public borrowing func writeAll(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        let number = rawValue
        var rest = bytes
        while !rest.isEmpty {
            let source = rest
            let written = try retrying("write", "fd \(number)") { Glibc.write(number, source.baseAddress, source.count) }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Writes all bytes, however many write(2) calls that takes.
    public borrowing func writeAll(_ bytes: [UInt8]) throws(SystemError) {
        var failure: SystemError?
        bytes.withUnsafeBytes { buffer in
            do throws(SystemError) { try writeAll(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// fsync(2).
    public borrowing func synchronize() throws(SystemError) {
        let number = rawValue
        try retrying("fsync", "fd \(number)") { fsync(number) }
    }

    /// Sets or clears O_NONBLOCK.
    public borrowing func setNonBlocking(_ on: Bool) throws(SystemError) {
        let number = rawValue
        let flags = try retrying("fcntl", "fd \(number)") { clinux_fcntl_int(number, F_GETFL, 0) }
        let wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        try retrying("fcntl", "fd \(number)") { clinux_fcntl_int(number, F_SETFL, wanted) }
    }

    /// fstat(2).
    public borrowing func status() throws(SystemError) -> FileStatus {
        let number = rawValue
        var buffer = stat()
        try retrying("fstat", "fd \(number)") { fstat(number, &buffer) }
        return FileStatus(buffer)
    }
}
