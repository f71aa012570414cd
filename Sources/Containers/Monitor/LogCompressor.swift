import Glibc
import Linux

/// Compresses the files that were put aside, all but the newest, one at a time.
///
/// gzip(1) does it: the monitor has neither the memory nor the time. Only the monitor gives files their names, so that a rotation
/// in the meantime changes nothing but the number that the compressed file gets. Where it does not work the file stays as it is.
final class LogCompressor {
    /// For as long as it is not complete.
    private let temporary: String
    private let path: String
    private let keptFiles: Int
    /// gzip, and the number that its file has now.
    private var running: (pid: pid_t, number: Int)?

    /// The newest file that is compressed.
    private static let first = 2

    init(_ path: String, keptFiles: Int) {
        self.path = path
        self.keptFiles = keptFiles
        temporary = "\(path).gz.tmp"
    }

    var isRunning: Bool { running != nil }

    /// All files have got the next number.
    func shifted() {
        running?.number += 1
        start()
    }

    /// A child of the monitor has ended: whether it was ours. Its file has its name then, and the next one is begun.
    func hasEnded(child pid: pid_t, _ status: Int32) -> Bool {
        guard let (own, number) = running, own == pid else { return false }
        running = nil
        let source = "\(path).\(number)"
        if status == 0 && number <= keptFiles && rename(temporary, "\(source).gz") == 0 {
            // Last: a file that is there twice is found whole.
            _ = unlink(source)
            start()
        } else {
            _ = unlink(temporary)
        }
        return true
    }

    /// Leaves what is being compressed as it is.
    func stop() {
        guard let (pid, _) = running else { return }
        // It is not reaped yet, so the pid is its.
        kill(pid, SIGKILL)
        _ = unlink(temporary)
        running = nil
    }

    private func start() {
        guard running == nil, keptFiles >= LogCompressor.first else { return }
        for number in LogCompressor.first...keptFiles {
            // ENOENT: it is compressed already, or there is none.
            guard let source = try? Descriptor.open("\(path).\(number)", O_RDONLY | O_NOFOLLOW) else { continue }
            // A log that stays as it is costs room and nothing else.
            guard let pid = try? spawn(source) else { return }
            running = (pid, number)
            return
        }
    }

    /// On disk before the other goes: a power cut leaves one of them.
    private static let script = "gzip -c && exec sync /proc/self/fd/1"

    private func spawn(_ source: borrowing Descriptor) throws(SystemError) -> pid_t {
        let target = try Descriptor.open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o640)
        let status = try source.status()
        try target.writeAll(LogCompressor.mark(of: status.inode))
        let gzip = ChildProcess(
            executable: "/bin/sh",
            arguments: ["-c", LogCompressor.script],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            workingDirectory: "/"
        )
        let pid = try gzip.spawn([0: source.rawValue, 1: target.rawValue]).pid
        // What the container has to do comes first.
        _ = setpriority(Int32(PRIO_PROCESS.rawValue), id_t(pid), 19)
        return pid
    }

    /// A member of a gzip file without content (RFC 1952) whose extra field `SL` holds the inode of the file that was compressed:
    /// whoever follows the log knows by it where he is.
    static func mark(of inode: UInt64) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 1 << 2, 0, 0, 0, 0, 0, 255]
        bytes += [12, 0, UInt8(ascii: "S"), UInt8(ascii: "L"), 8, 0]
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: inode >> shift)) }
        // An empty block, the checksum and the length of nothing.
        return bytes + [3, 0] + [UInt8](repeating: 0, count: 8)
    }
}
