import AgentAPI
import Glibc
import Linux

/// Reads a container's log from a place on, whole lines at a time, across rotation.
///
/// Lines that the monitor had to cut (tag `P`) are put together again, up to `joinLimit`. Not thread-safe: one reader,
/// one task.
struct LogReader: ~Copyable {
    struct Options: Sendable {
        var tailLines: Int?
        var since: Timestamp?
        var timestamps = true
        /// Bytes of text after which reading stops.
        var limitBytes = Int.max
    }

    /// A line longer than this is handed out in pieces.
    static let joinLimit = 1 << 20
    private static let chunkSize = 64 * 1024

    let path: String
    private let options: Options
    private var file: Descriptor
    private var inode: UInt64
    /// Bytes of the current file that have been read.
    private var offset: Int64
    /// The beginning of a line whose end has not been read yet.
    private var tail: [UInt8] = []
    private var held: [LogLine.Stream: (time: String, bytes: [UInt8])] = [:]
    private var bytesGiven = 0
    /// `limitBytes` was reached.
    private(set) var isTruncated = false

    /// Opens the log and goes to where reading starts.
    init(path: String, options: Options) throws(SystemError) {
        let opened = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
        let status = try opened.status()
        var start: Int64 = 0
        if let lines = options.tailLines { start = try LogTail.start(of: lines, in: opened, size: status.size) }
        self.path = path
        self.options = options
        file = opened
        inode = status.inode
        offset = start
    }

    /// The next lines, at most about a chunk of them; empty at what is now the end.
    mutating func next() throws(SystemError) -> [LogLine] {
        while !isTruncated {
            let count = try fill()
            if count == 0 {
                guard try reopenIfRotated() else { return [] }
                continue
            }
            let lines = takeLines()
            if !lines.isEmpty { return lines }
        }
        return []
    }

    /// What is left when no more will come: lines whose last part was never written.
    mutating func finish() -> [LogLine] {
        var lines: [LogLine] = []
        if !tail.isEmpty { takeLine(tail[...], into: &lines) }
        tail = []
        for (stream, part) in held.sorted(by: { $0.value.time < $1.value.time }) {
            give(part.time, stream, part.bytes[...], partial: true, into: &lines)
        }
        held = [:]
        return lines
    }

    /// Appends a chunk of the file to `tail`; the number of bytes, 0 at the end.
    private mutating func fill() throws(SystemError) -> Int {
        let number = file.rawValue
        let position = offset
        var chunk = [UInt8](repeating: 0, count: LogReader.chunkSize)
        let count = try retrying("pread", path) {
            chunk.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, off_t(position)) }
        }
        offset += Int64(count)
        tail += chunk[..<count]
        return count
    }

    /// At the end of the file: whether another one now has its name (or it was cut), from which to go on.
    private mutating func reopenIfRotated() throws(SystemError) -> Bool {
        let now: FileStatus
        do throws(SystemError) {
            now = try FileSystem.status(path)
        } catch  where error.errno == ENOENT {
            return false  // Between the two renames of a rotation, or the pod is being removed.
        }
        if now.inode == inode {
            guard Int64(now.size) < offset else { return false }
            offset = 0
            tail = []
            return true
        }
        // What the monitor wrote between our last read and the rename.
        if try fill() > 0 { return true }
        file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW)
        inode = try file.status().inode
        offset = 0
        return true
    }

    private mutating func takeLines() -> [LogLine] {
        var lines: [LogLine] = []
        var start = 0
        while !isTruncated, let end = tail[start...].firstIndex(of: UInt8(ascii: "\n")) {
            takeLine(tail[start..<end], into: &lines)
            start = end + 1
        }
        tail.removeSubrange(..<start)
        // A line without an end is no CRI line: its writer has lost its way, and so would this buffer.
        if tail.count > LogReader.joinLimit { tail = [] }
        return lines
    }

    private mutating func takeLine(_ bytes: ArraySlice<UInt8>, into lines: inout [LogLine]) {
        guard let line = CRILogLine(bytes) else { return }
        if let since = options.since, let time = Timestamp(rfc3339: line.time), time < since { return }
        var part = held.removeValue(forKey: line.stream) ?? (time: line.time, bytes: [])
        part.bytes += line.message
        if line.isPartial && part.bytes.count < LogReader.joinLimit {
            held[line.stream] = part
            return
        }
        give(part.time, line.stream, part.bytes[...], partial: line.isPartial, into: &lines)
    }

    private mutating func give(
        _ time: String,
        _ stream: LogLine.Stream,
        _ bytes: ArraySlice<UInt8>,
        partial: Bool,
        into lines: inout [LogLine]
    ) {
        guard !isTruncated else { return }
        let room = options.limitBytes - bytesGiven
        let given = bytes.prefix(max(room, 0))
        // The newline counts, as the kubelet counts it.
        bytesGiven += given.count + 1
        isTruncated = given.count < bytes.count
        if isTruncated && given.isEmpty { return }
        lines.append(
            LogLine(
                time: options.timestamps ? time : nil,
                stream: stream,
                bytes: Array(given),
                partial: partial || isTruncated
            )
        )
    }
}
