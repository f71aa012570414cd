/// The last lines of a log in CRI's format: `<time> <stream> <F or P> <text>`. No I/O.
package enum LogTail {
    /// The text of the last lines, without what CRI puts before them, and of that the last bytes.
    ///
    /// - Parameter bytes: the end of a log; a first line that is cut off is left out.
    package static func text(of bytes: [UInt8], lines: Int, limit: Int) -> String {
        let newline = UInt8(ascii: "\n")
        var texts: [[UInt8]] = []
        for line in bytes.split(separator: newline) {
            guard let text = text(of: line) else { continue }
            texts.append(text)
        }
        let tail = texts.suffix(lines).flatMap { $0 }
        return String(decoding: tail.suffix(limit), as: UTF8.self)
    }

    /// With its line end, where the line is a whole one; nil for what is no line of a log.
    private static func text(of line: ArraySlice<UInt8>) -> [UInt8]? {
        let space = UInt8(ascii: " ")
        let parts = line.split(separator: space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[1].elementsEqual("stdout".utf8) || parts[1].elementsEqual("stderr".utf8) else {
            return nil
        }
        let isPartial = parts[2].elementsEqual("P".utf8)
        return Array(parts[3]) + (isPartial ? [] : [UInt8(ascii: "\n")])
    }
}
