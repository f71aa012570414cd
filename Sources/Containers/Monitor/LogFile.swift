import CLinux
import Glibc
import Linux

/// A container's log: takes whole entries, one write(2) for each batch, and is put aside when it is too large.
///
/// A write that fails never stops the container for good. What could not be written waits where that was asked for
/// (`FullDiskPolicy`); what is given up is counted, a torn entry is cut off, and the gap is noted in the log as soon as writing
/// succeeds again. A file that was deleted is made again.
public final class LogFile {
    /// What is written where, and what becomes of what does not fit.
    public struct Configuration: Sendable, Hashable {
        public var path: String
        public var format = LogFormat.cri
        public var rotation = LogRotation()
        /// After so many bytes of entries nothing is written any more. Nil: no such limit.
        public var totalLimit: Int?
        public var whenFull = FullDiskPolicy.drop

        public init(path: String) {
            self.path = path
        }
    }

    private let configuration: Configuration
    private var descriptor: Int32
    private var size: Int
    private var gap: (bytes: Int, errno: Int32)?
    /// How many bytes of entries are still taken; nil: any number.
    private var remaining: Int?
    /// Entries that the disk had no room for and that are not given up, and since when.
    private var waiting: (entries: [UInt8], since: Monotonic)?
    /// Whether anything may wait still.
    private var isPatient = true
    private let compressor: LogCompressor?

    /// Opens or creates the log, and goes on at its end.
    public init(_ configuration: Configuration) throws(SystemError) {
        self.configuration = configuration
        remaining = configuration.totalLimit
        descriptor = try LogFile.open(configuration.path)
        size = Int(lseek(descriptor, 0, SEEK_END))
        let rotation = configuration.rotation
        compressor = rotation.compresses ? LogCompressor(configuration.path, keptFiles: rotation.keptFiles) : nil
    }

    deinit {
        close(descriptor)
    }

    /// Appends entries, each of which ends with a newline.
    public func write(_ entries: UnsafeRawBufferPointer) {
        var entries = entries
        if let remaining {
            let fitting = LogFile.wholeEntries(of: entries, within: remaining)
            // The first that does not fit ends it: smaller ones behind it would hide that it is missing.
            self.remaining = fitting < entries.count ? 0 : remaining - fitting
            if fitting == 0 { return }
            entries = UnsafeRawBufferPointer(rebasing: entries[..<fitting])
        }
        if waiting == nil { put(entries) } else { waiting?.entries += entries }
    }

    /// Whether there are entries that wait for room: nobody should bring more of them.
    public var isWaiting: Bool { waiting != nil }

    /// Whether `retry` has something to do.
    public var isBehind: Bool { waiting != nil || gap != nil }

    /// Tries again to write what could not be written. What has waited for too long is given up.
    public func retry() {
        guard let (entries, since) = waiting else {
            noteGap()
            return
        }
        waiting = nil
        entries.withUnsafeBytes { put($0, waitingSince: since) }
    }

    /// From now on nothing waits: what cannot be written now is lost.
    public func giveUp() {
        isPatient = false
        retry()
    }

    private func put(_ entries: UnsafeRawBufferPointer, waitingSince since: Monotonic? = nil) {
        guard noteGap() else {
            gap?.bytes += entries.count
            return
        }
        var rest = entries
        while !rest.isEmpty {
            let share = configuration.rotation.share(of: rest, intoFileOf: size)
            if share == 0 {
                putAside()
                continue
            }
            let code = append(UnsafeRawBufferPointer(rebasing: rest[..<share]))
            if code != 0 {
                if keep(rest, code, since: since ?? .now) { return }
                gap = (bytes: rest.count, errno: code)
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[share...])
        }
    }

    /// Has entries wait for room, where there may be some in time.
    private func keep(_ entries: UnsafeRawBufferPointer, _ code: Int32, since: Monotonic) -> Bool {
        guard isPatient, case .block(let limit) = configuration.whenFull, code == ENOSPC || code == EDQUOT,
            Monotonic.now.since(since) < limit
        else { return false }
        waiting = (Array(entries), since)
        return true
    }

    /// Says in the log what is missing from it; false while that cannot be written either.
    @discardableResult private func noteGap() -> Bool {
        guard let gap else { return true }
        let reason = SystemError.text(of: gap.errno)
        let note = configuration.format.note("\(gap.bytes) bytes of this log are lost: \(reason)")
        guard note.withUnsafeBytes(append) == 0 else { return false }
        self.gap = nil
        return true
    }

    /// How many bytes of whole entries there are at the start, up to a limit.
    private static func wholeEntries(of entries: UnsafeRawBufferPointer, within limit: Int) -> Int {
        if entries.count <= limit { return entries.count }
        return entries.prefix(limit).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    /// Goes on in the file that now has the log's name: for those who moved the old one away.
    public func reopen() throws(SystemError) {
        let fresh = try LogFile.open(configuration.path)
        close(descriptor)
        descriptor = fresh
        size = Int(lseek(fresh, 0, SEEK_END))
    }

    /// Writes all or nothing; gives 0 or an error number.
    private func append(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if let code = findAgain() { return code }
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count >= 0 {
                written += count
                continue
            }
            let code = errno
            if code == EINTR { continue }
            // Best effort: where this fails too, the log has a torn entry in front of the note of the gap.
            if written > 0 { _ = ftruncate(descriptor, off_t(size)) }
            return code
        }
        size += written
        return 0
    }

    /// Makes a log again that was deleted, or goes on in the file that was put in its place: what is written to one without a name
    /// is lost, and no call says so. Gives an error number where that cannot be.
    private func findAgain() -> Int32? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink == 0 else { return nil }
        do throws(SystemError) {
            try reopen()
            return nil
        } catch {
            return error.errno
        }
    }

    /// Moves the full file away and begins a new one. Where that fails the old one goes on growing: a log that is too
    /// large is better than none.
    func putAside() {
        let path = configuration.path
        for name in configuration.rotation.leaving(path) { _ = unlink(name) }
        for step in configuration.rotation.renames(of: path) { _ = rename(step.from, step.to) }
        do throws(SystemError) {
            try reopen()
        } catch {
            gap = (bytes: gap?.bytes ?? 0, errno: error.errno)
        }
        // Also where the old file could not be left: counting from here keeps this from being tried for each entry.
        size = 0
        compressor?.shifted()
    }

    /// A child of the monitor has ended: whether it was this log's.
    func hasEnded(child pid: pid_t, _ status: Int32) -> Bool { compressor?.hasEnded(child: pid, status) ?? false }

    /// Whether a file that was put aside is being compressed.
    var isCompressing: Bool { compressor?.isRunning ?? false }

    /// Leaves the file that is being compressed as it is.
    func stopCompressing() { compressor?.stop() }

    /// A pipe in the log's place could stop the container, and keeps nothing.
    private static func open(_ path: String) throws(SystemError) -> Int32 {
        let file = try Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_NONBLOCK, mode: 0o640)
        switch try file.status().kind {
        case .fifo, .socket: throw SystemError(call: "open", errno: ESPIPE, subject: path)
        case .regular: break
        // A device that is slow takes all the same.
        default: try file.setNonBlocking(false)
        }
        return file.release()
    }
}
