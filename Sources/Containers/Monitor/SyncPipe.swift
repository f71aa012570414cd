import CLinux
import Glibc
import Linux

/// conmon's way to tell whoever started it how it went: a line of JSON each time on an inherited pipe.
///
/// A container's pipe is closed with its pid; an exec session's stays open until its exit code is told.
///
/// Nobody may be listening any more. That never fails: everything told here stands in the run directory as well.
struct SyncPipe {
    private var descriptor: Int32?
    private let apiVersion: Int
    private let isExec: Bool

    /// Takes the pipe that the environment names: `_OCI_SYNCPIPE`.
    init(_ options: MonitorOptions) {
        self.init(options, owning: SyncPipe.inherited("_OCI_SYNCPIPE"))
    }

    /// Takes a pipe over; a negative number is none.
    init(_ options: MonitorOptions, owning descriptor: Int32?) {
        self.descriptor = descriptor.flatMap { $0 < 0 ? nil : $0 }
        apiVersion = options.apiVersion
        isExec = options.runtime.exec != nil
    }

    /// The pid of the container or of the process in it. To cri-o an exec session's pid is of no interest.
    mutating func tell(pid: Int32) {
        if !isExec || apiVersion > 0 { send(pid) }
        if !isExec { close() }
    }

    /// How the process in the container ended; −1 where it took too long.
    mutating func tell(exitCode: Int32, message: String? = nil) {
        if isExec { send(exitCode, message) }
        close()
    }

    /// What went wrong.
    mutating func tell(failure: String) {
        send(-1, failure)
        close()
    }

    /// The pipe for the second half; −1: nothing is to be told there.
    mutating func handOver() -> Int32 {
        defer { descriptor = nil }
        return descriptor ?? -1
    }

    private var key: String {
        if apiVersion > 0 { return "data" }
        return isExec ? "exit_code" : "pid"
    }

    private func send(_ number: Int32, _ message: String? = nil) {
        guard let descriptor else { return }
        let text = message.map { ", \"message\": \(JSONText.quoted($0))" } ?? ""
        let line = Array("{\"\(key)\": \(number)\(text)}\n".utf8)
        // EPIPE and everything else means the same: there is nobody to tell.
        while Glibc.write(descriptor, line, line.count) == -1 && errno == EINTR {}
    }

    private mutating func close() {
        if let descriptor { _ = Glibc.close(descriptor) }
        descriptor = nil
    }

    /// Says at the pipe that `_OCI_ATTACHPIPE` names that clients may come.
    static func tellAttachable() {
        guard let descriptor = inherited("_OCI_ATTACHPIPE") else { return }
        defer { _ = Glibc.close(descriptor) }
        let line = Array("{\"data\": 0}\n".utf8)
        while Glibc.write(descriptor, line, line.count) == -1 && errno == EINTR {}
    }

    /// Blocks until whoever started us lets us go: one read of `_OCI_STARTPIPE`. They move us into a cgroup meanwhile.
    /// False where the pipe ended without a byte: they have died.
    ///
    /// - Parameter isLast: that it is not asked for a second time.
    static func awaitStart(isLast: Bool) -> Bool {
        guard let descriptor = inherited("_OCI_STARTPIPE") else { return true }
        defer { if isLast { _ = Glibc.close(descriptor) } }
        // As much as conmon takes at once: whoever writes a word, and another one later, means two starts.
        var bytes = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            if count == -1 && errno == EINTR { continue }
            return count > 0
        }
    }

    /// The descriptor that an environment variable names, from now on close-on-exec.
    static func inherited(_ variable: String) -> Int32? {
        guard let value = getenv(variable), let number = Int32(String(cString: value)) else { return nil }
        guard clinux_fcntl_int(number, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        return number
    }
}
