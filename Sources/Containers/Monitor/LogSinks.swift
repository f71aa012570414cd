import Glibc
import Linux

/// All places that a container's output goes to: files, the journal, several at once, or none.
struct LogSinks: ~Copyable, LogSink {
    private var file: LogBatch?
    private var json: JSONLogBatch?
    private let logs: [LogFile]
    private let rotatesOnRequest: Bool
    let journal: JournalLog?

    /// Opens what the command line names. Only files can fail: the journal may come later.
    init(_ options: MonitorOptions) throws(SystemError) {
        var logs: [LogFile] = []
        for configuration in options.logging.files {
            let log = try LogFile(configuration)
            logs.append(log)
            switch configuration.format {
            case .cri: file = LogBatch { log.write($0) }
            case .json: json = JSONLogBatch(attributes: options.logging.attributes) { log.write($0) }
            }
        }
        self.logs = logs
        rotatesOnRequest = options.logging.rotatesOnRequest
        journal =
            options.logging.writesJournal
            ? JournalLog(JournalIdentity(options), marksParts: options.logging.marksPartialLines) : nil
    }

    mutating func begin(_ stream: LogStream, at time: Timestamp) {
        file?.begin(stream, at: time)
        json?.begin(stream, at: time)
        journal?.begin(stream)
    }

    @inline(__always)
    mutating func append(_ start: UnsafeRawPointer, count: Int, isWholeLine: Bool) {
        file?.append(start, count: count, isWholeLine: isWholeLine)
        json?.append(start, count: count, isWholeLine: isWholeLine)
        journal?.append(UnsafeRawBufferPointer(start: start, count: count), isWholeLine: isWholeLine)
    }

    /// Writes what was added.
    mutating func flush() {
        file?.flush()
        json?.flush()
    }

    /// Goes on in the files that now have the logs' names. Where there can be none the old one goes on: a log in another place is better
    /// than none.
    ///
    /// - Parameter onRequest: nobody has moved the old one away; with `--log-rotate` that is done here.
    mutating func reopen(onRequest: Bool) {
        flush()
        for log in logs {
            if onRequest && rotatesOnRequest { log.putAside() } else { try? log.reopen() }
        }
    }

    /// Whether a file has entries that wait for room on its disk: no more are to be brought.
    var isWaiting: Bool { logs.contains { $0.isWaiting } }

    /// Whether a file lacks something that it should get as soon as that can be.
    var isBehind: Bool { logs.contains { $0.isBehind } }

    func retry() {
        for log in logs where log.isBehind { log.retry() }
    }

    /// The last attempt to write what could not be written: what fails from now on is lost.
    func giveUp() {
        for log in logs { log.giveUp() }
    }

    /// Whether a child of the monitor that has ended was at work for a log.
    func hasEnded(child pid: pid_t, _ status: Int32) -> Bool { logs.contains { $0.hasEnded(child: pid, status) } }

    var isCompressing: Bool { logs.contains { $0.isCompressing } }

    func stopCompressing() {
        for log in logs { log.stopCompressing() }
    }

    /// Whether pages are held that an idle monitor should give back.
    var holdsPages: Bool {
        if journal?.holdsPages == true { return true }
        switch file {
        case .some(let batch) where batch.holdsPages: return true
        default: break
        }
        switch json {
        case .some(let batch): return batch.holdsPages
        case .none: return false
        }
    }

    mutating func releasePages() {
        file?.releasePages()
        json?.releasePages()
        journal?.releasePages()
    }
}
