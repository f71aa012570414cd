import Linux

/// All places that a container's output goes to: a file, the journal, both, or none.
struct LogSinks: ~Copyable, LogSink {
    private var file: LogBatch?
    private var log: LogFile?
    private let rotatesOnRequest: Bool
    let journal: JournalLog?

    /// Opens what the command line names. Only the file can fail: the journal may come later.
    init(_ options: MonitorOptions) throws(SystemError) {
        if let path = options.logging.path {
            let log = try LogFile(path: path, rotation: options.logging.rotation, totalLimit: options.logging.totalLimit)
            file = LogBatch { log.write($0) }
            self.log = log
        }
        rotatesOnRequest = options.logging.rotatesOnRequest
        journal =
            options.logging.writesJournal
            ? JournalLog(JournalIdentity(options), marksParts: options.logging.marksPartialLines) : nil
    }

    mutating func begin(_ stream: LogStream, at time: Timestamp) {
        file?.begin(stream, at: time)
        journal?.begin(stream)
    }

    @inline(__always)
    mutating func append(_ start: UnsafeRawPointer, count: Int, isWholeLine: Bool) {
        file?.append(start, count: count, isWholeLine: isWholeLine)
        journal?.append(UnsafeRawBufferPointer(start: start, count: count), isWholeLine: isWholeLine)
    }

    /// Writes what was added.
    mutating func flush() {
        file?.flush()
    }

    /// Goes on in the file that now has the log's name. Where there can be none the old one goes on: a log in another place is better
    /// than none.
    ///
    /// - Parameter onRequest: nobody has moved the old one away; with `--log-rotate` that is done here.
    mutating func reopen(onRequest: Bool) {
        file?.flush()
        if onRequest && rotatesOnRequest { log?.putAside() } else { try? log?.reopen() }
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool {
        if journal?.holdsPages == true { return true }
        switch file {
        case .some(let batch): return batch.holdsPages
        case .none: return false
        }
    }

    mutating func releasePages() {
        file?.releasePages()
        journal?.releasePages()
    }
}
