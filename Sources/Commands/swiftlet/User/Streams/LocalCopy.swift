import AgentAPI
import AgentClient
import Archive
import Glibc
import Linux
import Synchronization

/// This side of a copy: the archive goes through a pipe between the stream and a thread that packs or unpacks it.
struct LocalCopy {
    let connection: StreamConnection

    init(_ connection: StreamConnection) {
        self.connection = connection
    }

    /// Writes what comes; gives what went wrong.
    func bring(to place: CopyPlace) throws -> String? {
        guard case .local(let path) = place else {
            return Self.failure(try StreamPump(connection: connection) { Terminal.write($0.bytes) }.run())
        }
        let (root, inside) = try Self.target(path)
        // The thread that unpacks may fail first.
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Descriptor.pipe()
        let source = pipe.read.release()
        let sink = ArchiveSink(owning: pipe.write.release())
        let unpacking = ThreadResult {
            defer { _ = Glibc.close(source) }
            try TreeUnpacker(root: Descriptor(owning: root), path: inside, followsLinks: false)
                .unpack(TarReader(ArchiveChunks.input(source)))
        }
        let end = try StreamPump(connection: connection) { frame in
            guard frame.channel == StreamFrame.Channel.output else { return }
            sink.write(frame.bytes)
        }.run()
        sink.close()
        // The other side's failure explains ours.
        if let failure = Self.failure(end) {
            _ = unpacking.failure
            return failure
        }
        return unpacking.failure
    }

    /// Sends what is there; gives what went wrong.
    func take(from place: CopyPlace) throws -> String? {
        guard case .local(let path) = place else {
            return Self.failure(try StreamPump(connection: connection, input: STDIN_FILENO) { _ in }.run())
        }
        let absolute = try Self.absolute(path)
        let pipe = try Descriptor.pipe()
        let sink = pipe.write.release()
        let source = Descriptor(owning: pipe.read.release())
        let packing = ThreadResult {
            let sink = Descriptor(owning: sink)
            let root = try Descriptor.open("/", O_RDONLY | O_DIRECTORY)
            try TreeArchiver { bytes throws in try sink.writeAll(bytes) }.archive(absolute, in: root)
        }
        let end = try StreamPump(connection: connection, input: source.rawValue) { _ in }.run()
        try source.close()
        return packing.failure ?? Self.failure(end)
    }

    private static func failure(_ end: StreamPump.End) -> String? {
        switch end {
        case .told(.exited(0)): nil
        case .told(.exited(let code)): "the copy ended with status \(code)"
        case .told(.failed(let reason)): reason
        default: "the connection to the agent broke"
        }
    }

    /// The folder that nothing leaves, and what in it is written.
    private static func target(_ path: String) throws -> (root: Int32, inside: String) {
        if let folder = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY) { return (folder.release(), "/") }
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        let (directory, name) = FileSystem.split(path.contains("/") ? path : "./\(path)")
        return (try Descriptor.open(directory, O_RDONLY | O_DIRECTORY).release(), "/\(name)")
    }

    private static func absolute(_ path: String) throws(SystemError) -> String {
        guard let resolved = realpath(path, nil) else { throw SystemError.last("open", path) }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

/// The way to the thread that unpacks. Belongs to one thread.
private final class ArchiveSink {
    private var descriptor: Int32

    init(owning number: Int32) {
        descriptor = number
    }

    /// Blocks while the thread is busy. One that failed has closed the pipe, and says why itself.
    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }

    func close() {
        _ = Glibc.close(descriptor)
        descriptor = -1
    }
}

/// Work on a thread, and how it went.
private final class ThreadResult: Sendable {
    private let done: Mutex<String??> = Mutex(nil)
    private let signal: Int32
    private let wait: Int32

    init(_ body: @escaping @Sendable () throws -> Void) {
        var ends: (Int32, Int32) = (-1, -1)
        withUnsafeMutablePointer(to: &ends) { pointer in
            pointer.withMemoryRebound(to: Int32.self, capacity: 2) { _ = Glibc.pipe($0) }
        }
        (wait, signal) = ends
        startThread(named: "copy") { [self] in
            var failure: String?
            do { try body() } catch { failure = "\(error)" }
            done.withLock { $0 = .some(failure) }
            close(signal)
        }
    }

    /// Waits for the end; nil where it went well.
    var failure: String? {
        var byte: UInt8 = 0
        while read(wait, &byte, 1) == -1 && errno == EINTR {}
        return done.withLock { $0 ?? nil }
    }
}
