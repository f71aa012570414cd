import AgentAPI
import Glibc
import Linux

/// Reads a container's log from a place on, whole lines at a time: the files that were put aside first, compressed or not, and then
/// across each rotation.
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

    let path: String
    private let options: Options
    private var file: LogSource
    /// The files that come next.
    private var following: [LogSource]
    /// The beginning of a line whose end has not been read yet.
    private var tail: [UInt8] = []
    private var held: [LogLine.Stream: (time: String, bytes: [UInt8])] = [:]
    private var bytesGiven = 0
    /// `limitBytes` was reached.
    private(set) var isTruncated = false

    /// Opens the log and goes to where reading starts.
    init(path: String, options: Options) throws(SystemError) {
        let start = try LogStart(path, tailLines: options.tailLines, since: options.since)
        self.path = path
        self.options = options
        file = start.files[0]
        following = Array(start.files.dropFirst())
    }

    /// The next lines, at most about a chunk of them; empty at what is now the end.
    mutating func next() throws(SystemError) -> [LogLine] {
        while !isTruncated {
            let count = try fill()
            if count == 0 {
                guard try goOn() else { return [] }
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
        let chunk = try file.next(LogChunk.size)
        tail += chunk
        return chunk.count
    }

    /// At the end of a file: whether there is one from which to go on.
    private mutating func goOn() throws(SystemError) -> Bool {
        if following.isEmpty {
            guard let status = try currentStatus() else { return false }
            if status.inode == file.identity {
                // It was cut.
                guard status.size < file.offset else { return false }
                try file.seek(to: 0)
                tail = []
                return true
            }
            // What the monitor wrote between our last read and the rename.
            if try fill() > 0 { return true }
            following = try LogChain.files(after: file, of: path) ?? []
            if following.isEmpty { return false }
        }
        file = following.removeFirst()
        // A line does not go on in another file: its writer was cut off.
        tail = []
        return true
    }

    /// Nil between the two steps of a rotation, and when the pod is being removed.
    private func currentStatus() throws(SystemError) -> FileStatus? {
        do throws(SystemError) { return try FileSystem.status(path) } catch {
            if error.errno == ENOENT { return nil }
            throw error
        }
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
