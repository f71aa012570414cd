import Glibc
import Linux

/// Finds where the last lines of a log begin, reading from its end: of a log of a gigabyte only its last lines are read.
enum LogTail {
    /// The offset of the first byte of the last `count` lines. The parts of a line that the monitor had to cut (tag `P`)
    /// count as one line.
    static func start(of count: Int, in file: borrowing Descriptor, size: Int64) throws(SystemError) -> Int64 {
        var lines = BackwardLines(end: size)
        var boundary = size
        var counted = 0
        while let line = try lines.next(in: file) {
            // Going backwards, a line begins to show with its last part.
            if line.isLastPart || boundary == size {
                if counted == count { return boundary }
                counted += 1
            }
            boundary = line.offset
        }
        return count == 0 ? size : boundary
    }
}

/// The lines of a file from its end to its beginning.
private struct BackwardLines {
    struct Line {
        var offset: Int64
        /// False where a CRI line says that it goes on.
        var isLastPart: Bool
    }

    private static let chunkSize: Int64 = 64 * 1024

    /// Everything from here on has been given.
    private var end: Int64
    /// The bytes of the file in `start..<start + window.count`.
    private var window: [UInt8] = []
    private var start: Int64

    init(end: Int64) {
        self.end = end
        start = end
    }

    mutating func next(in file: borrowing Descriptor) throws(SystemError) -> Line? {
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
    private mutating func extend(_ file: borrowing Descriptor) throws(SystemError) -> Bool {
        window.removeSubrange(Int(end - start)...)
        let from = max(0, start - BackwardLines.chunkSize)
        var chunk = [UInt8](repeating: 0, count: Int(start - from))
        let number = file.rawValue
        let count = try retrying("pread", "log") {
            chunk.withUnsafeMutableBytes { pread(number, $0.baseAddress, $0.count, off_t(from)) }
        }
        guard count == chunk.count else { return false }
        window = chunk + window
        start = from
        return true
    }

    /// Whether a CRI line carries the tag `P`. Reads no further than the tag.
    private static func isPartial(_ line: ArraySlice<UInt8>) -> Bool {
        let fields = line.prefix(64).split(separator: UInt8(ascii: " "), maxSplits: 3)
        return fields.count > 2 && fields[2].first == UInt8(ascii: "P")
    }
}
