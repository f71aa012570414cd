import AgentAPI
import Linux

/// One line of a log in CRI format: `2026-11-23T04:00:00.123456789Z stdout F message`.
struct CRILogLine {
    var time: String
    var stream: LogLine.Stream
    /// Tag `P`: the message goes on in the next line of the same stream.
    var isPartial: Bool
    var message: ArraySlice<UInt8>

    /// Reads a line without its newline; nil where it is no CRI line (one that a crash cut off).
    init?(_ line: ArraySlice<UInt8>) {
        var rest = line
        func field() -> ArraySlice<UInt8>? {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
            defer { rest = rest[(space + 1)...] }
            return rest[..<space]
        }
        guard let time = field(), let name = field(),
            let stream = LogLine.Stream(rawValue: String(decoding: name, as: UTF8.self))
        else { return nil }
        // An empty message may stand without the space before it.
        let tags = field() ?? rest
        if tags.endIndex == rest.endIndex { rest = rest[rest.endIndex...] }
        // Tags are separated by colons; the first says whether the line is whole.
        switch tags.first {
        case UInt8(ascii: "F"): isPartial = false
        case UInt8(ascii: "P"): isPartial = true
        default: return nil
        }
        guard time.count >= 20 else { return nil }
        self.time = String(decoding: time, as: UTF8.self)
        self.stream = stream
        message = rest
    }
}
