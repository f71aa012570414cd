import Glibc
import Linux

/// Finds where the last lines of a log begin, reading from its end: of a log of a gigabyte only its last lines are read. A file that is
/// compressed is read from its beginning, where those after it have not enough.
enum LogTail {
    /// The file, and the offset in it, at which the last `count` lines begin. The parts of a line that the monitor had to cut (tag `P`)
    /// count as one line. `files`: the newest first.
    static func start(of count: Int, in files: [LogSource]) throws(SystemError) -> (Int, Int64) {
        if count == 0 { return (0, try files[0].size()) }
        // No log has more; sums of it do not overflow.
        var wanted = min(count, 1 << 40)
        for (place, file) in files.enumerated() {
            let found = file.isCompressed ? try scan(file, wanted) : try search(file, wanted, isNewest: place == 0)
            switch found {
            case .start(let offset): return (place, offset)
            case .all(let lines): wanted -= lines
            }
        }
        return (files.count - 1, 0)
    }

    private enum Found {
        case start(Int64)
        /// All of its lines are among the last ones, this many.
        case all(Int)
    }

    private static func search(_ file: LogSource, _ count: Int, isNewest: Bool) throws(SystemError) -> Found {
        let size = try file.size()
        var lines = BackwardLines(end: size)
        var boundary = size
        var counted = 0
        while let line = try lines.next(in: file) {
            // Going backwards, a line begins to show with its last part. Without one it is not complete, or goes on in the next file.
            if line.isLastPart || (boundary == size && isNewest) {
                if counted == count { return .start(boundary) }
                counted += 1
            }
            boundary = line.offset
        }
        return .all(counted)
    }

    private static func scan(_ file: LogSource, _ count: Int) throws(SystemError) -> Found {
        // Where each of the last lines begins, and what comes after the last one.
        var starts: [Int64] = [0]
        var lines = 0
        var head: [UInt8] = []
        while true {
            let chunk = try file.next(LogChunk.size)
            if chunk.isEmpty { break }
            var from = 0
            while let newline = chunk[from...].firstIndex(of: UInt8(ascii: "\n")) {
                head += chunk[from..<newline].prefix(BackwardLines.headSize - head.count)
                let next = file.offset - Int64(chunk.count - newline - 1)
                if !BackwardLines.isPartial(head[...]) {
                    lines += 1
                    starts.append(next)
                    // Not for each line: an array moves all that it has.
                    if starts.count > 2 * (count + 1) { starts.removeFirst(starts.count - count - 1) }
                }
                (head, from) = ([], newline + 1)
            }
            head += chunk[from...].prefix(BackwardLines.headSize - head.count)
        }
        return lines > count ? .start(starts[starts.count - 1 - count]) : .all(lines)
    }
}

/// The lines of a file from its end to its beginning.
private struct BackwardLines {
    struct Line {
        var offset: Int64
        /// False where a CRI line says that it goes on.
        var isLastPart: Bool
    }

    /// How much of a line tells whether it is a part.
    static let headSize = 64
    private static let chunkSize = Int64(LogChunk.size)

    /// Everything from here on has been given.
    private var end: Int64
    /// The bytes of the file in `start..<start + window.count`.
    private var window: [UInt8] = []
    private var start: Int64

    init(end: Int64) {
        self.end = end
        start = end
    }

    mutating func next(in file: LogSource) throws(SystemError) -> Line? {
        while end > 0 {
            let known = Int(end - start)
            // The newline that ends the line itself is not the one looked for.
            let newline = known > 1 ? window[..<(known - 1)].lastIndex(of: UInt8(ascii: "\n")) : nil
            guard let begin = newline.map({ $0 + 1 }) ?? (start == 0 && known > 0 ? 0 : nil) else {
                guard try extend(file) else { return nil }
                continue
            }
            let line = Line(
                offset: start + Int64(begin),
                isLastPart: !BackwardLines.isPartial(window[begin..<known])
            )
            end = line.offset
            return line
        }
        return nil
    }

    /// Reads the chunk before the window; false where the file has become shorter meanwhile.
    private mutating func extend(_ file: LogSource) throws(SystemError) -> Bool {
        window.removeSubrange(Int(end - start)...)
        let from = max(0, start - BackwardLines.chunkSize)
        let chunk = try file.read(Int(start - from), at: from)
        guard chunk.count == Int(start - from) else { return false }
        window = chunk + window
        start = from
        return true
    }

    /// Whether a CRI line carries the tag `P`. Reads no further than the tag.
    static func isPartial(_ line: ArraySlice<UInt8>) -> Bool {
        let fields = line.prefix(headSize).split(separator: UInt8(ascii: " "), maxSplits: 3)
        return fields.count > 2 && fields[2].first == UInt8(ascii: "P")
    }
}
