import Glibc
import Linux

/// One file of a log: the one that is written, or one that was put aside, which may be compressed by now.
final class LogSource {
    /// Which file it is, whatever its name is now: its inode's number, or that of the file that it was before it was compressed.
    /// No other file has that number for as long as the descriptor is open.
    let identity: UInt64
    private let path: String
    private let file: Descriptor
    private var gzip: GzipFile?
    /// How many bytes have been read, uncompressed.
    private(set) var offset: Int64 = 0

    private init(_ path: String, _ file: consuming Descriptor, isCompressed: Bool) throws(SystemError) {
        let inode = try file.status().inode
        let gzip = isCompressed ? GzipFile(path: path) : nil
        identity = try gzip?.mark(in: file) ?? inode
        self.path = path
        self.file = file
        self.gzip = gzip
    }

    /// Opens the file that is written.
    static func current(_ path: String) throws(SystemError) -> LogSource {
        try LogSource(path, try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), isCompressed: false)
    }

    /// Opens the file that was put aside so many times; nil where there is none.
    static func rotated(_ path: String, _ number: Int) throws(SystemError) -> LogSource? {
        // The compressed one comes before the other goes: who looks in this order finds it.
        for suffix in ["", ".gz"] {
            let name = "\(path).\(number)\(suffix)"
            do throws(SystemError) {
                return try LogSource(name, try Descriptor.open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), isCompressed: !suffix.isEmpty)
            } catch {
                if error.errno != ENOENT { throw error }
            }
        }
        return nil
    }

    var isCompressed: Bool { gzip != nil }

    /// The size in bytes of a file that is not compressed.
    func size() throws(SystemError) -> Int64 { try file.status().size }

    /// Reads bytes of a file that is not compressed, from any place.
    func read(_ count: Int, at offset: Int64) throws(SystemError) -> [UInt8] {
        let number = file.rawValue
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SystemError) {
                let start = buffer.baseAddress
                filled = try retrying("pread", path) { pread(number, start, count, off_t(offset)) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Reads on; empty at what is now the end.
    func next(_ count: Int) throws(SystemError) -> [UInt8] {
        let bytes = if let gzip { try gzip.next(count, of: file) } else { try read(count, at: offset) }
        offset += Int64(bytes.count)
        return bytes
    }

    /// Goes on from another place. A compressed file is read up to there.
    func seek(to target: Int64) throws(SystemError) {
        guard let gzip else {
            offset = target
            return
        }
        if target < offset {
            gzip.rewind()
            offset = 0
        }
        while offset < target {
            let bytes = try next(Int(min(target - offset, Int64(LogChunk.size))))
            if bytes.isEmpty { return }
        }
    }
}

/// How much of a log is read at once.
enum LogChunk {
    static let size = 64 * 1024
}
