import CLinux
import Glibc
import Linux

/// A container's log: takes whole entries, one write(2) for each batch, and is put aside when it is too large.
///
/// A write that fails never stops the container. What could not be written is counted, a torn entry is cut off, and the
/// gap is noted in the log as soon as writing succeeds again.
public final class LogFile {
    private let path: String
    private let rotation: LogRotation
    private var descriptor: Int32
    private var size: Int
    private var gap: (bytes: Int, errno: Int32)?
    /// How many bytes of entries are still taken; nil: any number.
    private var remaining: Int?

    /// Opens or creates the log, and goes on at its end.
    ///
    /// - Parameter totalLimit: after so many bytes of entries nothing is written any more. Nil: no such limit.
    public init(path: String, rotation: LogRotation = LogRotation(), totalLimit: Int? = nil) throws(SystemError) {
        self.path = path
        remaining = totalLimit
        self.rotation = rotation
        descriptor = try LogFile.open(path)
        size = Int(lseek(descriptor, 0, SEEK_END))
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
        if let gap {
            let note = LogFile.note(of: gap.bytes, errno: gap.errno)
            guard note.withUnsafeBytes(append) == 0 else {
                self.gap?.bytes += entries.count
                return
            }
            self.gap = nil
        }
        var rest = entries
        while !rest.isEmpty {
            let share = rotation.share(of: rest, intoFileOf: size)
            if share == 0 {
                putAside()
                continue
            }
            let code = append(UnsafeRawBufferPointer(rebasing: rest[..<share]))
            if code != 0 {
                gap = (bytes: rest.count, errno: code)
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[share...])
        }
    }

    /// How many bytes of whole entries there are at the start, up to a limit.
    private static func wholeEntries(of entries: UnsafeRawBufferPointer, within limit: Int) -> Int {
        if entries.count <= limit { return entries.count }
        return entries.prefix(limit).lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    }

    /// Goes on in the file that now has the log's name: for those who moved the old one away.
    public func reopen() throws(SystemError) {
        let fresh = try LogFile.open(path)
        close(descriptor)
        descriptor = fresh
        size = Int(lseek(fresh, 0, SEEK_END))
    }

    /// Writes all or nothing; gives 0 or an error number.
    private func append(_ bytes: UnsafeRawBufferPointer) -> Int32 {
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

    /// Moves the full file away and begins a new one. Where that fails the old one goes on growing: a log that is too
    /// large is better than none.
    func putAside() {
        for step in rotation.renames(of: path) { _ = rename(step.from, step.to) }
        if rotation.keptFiles == 0 { _ = unlink(path) }
        do throws(SystemError) {
            try reopen()
        } catch {
            gap = (bytes: 0, errno: error.errno)
        }
        // Also where the old file could not be left: counting from here keeps this from being tried for each entry.
        size = 0
    }

    private static func open(_ path: String) throws(SystemError) -> Int32 {
        try Descriptor.open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY, mode: 0o640).release()
    }

    private static func note(of bytes: Int, errno: Int32) -> [UInt8] {
        let time = Timestamp.now.description
        let reason = SystemError.text(of: errno)
        return Array("\(time) stderr F swiftlet-monitor: \(bytes) bytes of this log are lost: \(reason)\n".utf8)
    }
}
