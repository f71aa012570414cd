import Glibc
import Linux

/// Where reading a log begins.
struct LogStart {
    /// The files from there on, the oldest first; the first one stands at its place.
    var files: [LogSource]

    init(_ path: String, tailLines: Int?, since: Timestamp?) throws(SystemError) {
        let all = try LogChain.open(path)
        let (place, offset) = if let tailLines {
            try LogTail.start(of: tailLines, in: all)
        } else if let since {
            try LogSeek.start(of: since, in: all)
        } else {
            (all.count - 1, Int64(0))
        }
        for file in all[..<place] { try file.seek(to: 0) }
        try all[place].seek(to: offset)
        files = all[...place].reversed()
    }
}
