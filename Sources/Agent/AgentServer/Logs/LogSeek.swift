import Glibc
import Linux

/// Finds where the lines from a time on begin. Of each file the first line is looked at, of one a few more: nothing is scanned but
/// the file that the time is in, where that one is compressed.
///
/// Lines stand in the order of their times, unless the machine's clock was set back: then some may be missing that are older than
/// others before them.
enum LogSeek {
    /// The file, and the offset in it, before which there is no line of that time or later. `files`: the newest first.
    static func start(of since: Timestamp, in files: [LogSource]) throws(SystemError) -> (Int, Int64) {
        for (place, file) in files.enumerated() {
            guard let first = try firstTime(file), first < since else { continue }
            return (place, file.isCompressed ? 0 : try offset(of: since, in: file))
        }
        return (files.count - 1, 0)
    }

    /// The time of the first line that has one.
    private static func firstTime(_ file: LogSource) throws(SystemError) -> Timestamp? {
        let chunk = file.isCompressed ? try file.next(LogChunk.size) : try file.read(LogChunk.size, at: 0)
        try file.seek(to: 0)
        return firstTimedLine(of: chunk[...])?.time
    }

    private static func offset(of since: Timestamp, in file: LogSource) throws(SystemError) -> Int64 {
        // All lines that begin before `low` are too old; none that begins from `high` on is.
        var low: Int64 = 0
        var high = try file.size()
        while high - low > Int64(LogChunk.size) {
            let middle = low + (high - low) / 2
            // A line is much shorter than a chunk.
            let chunk = try file.read(LogChunk.size, at: middle)
            if let newline = chunk.firstIndex(of: UInt8(ascii: "\n")), let line = firstTimedLine(of: chunk[(newline + 1)...]),
                line.time < since, middle + Int64(line.offset) < high
            {
                low = middle + Int64(line.offset)
            } else {
                high = middle
            }
        }
        return low
    }

    private static func firstTimedLine(of chunk: ArraySlice<UInt8>) -> (offset: Int, time: Timestamp)? {
        var start = chunk.startIndex
        while start < chunk.endIndex {
            let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) ?? chunk.endIndex
            let word = chunk[start..<end].prefix(40).prefix { $0 != UInt8(ascii: " ") }
            if let time = Timestamp(rfc3339: String(decoding: word, as: UTF8.self)) { return (start, time) }
            start = end + 1
        }
        return nil
    }
}
