import CLinux
import Glibc
import Linux

/// conmon's way to tell whoever started it how it went: one line of JSON on an inherited pipe.
///
/// Nobody may be listening any more. That never fails: everything told here stands in the run directory as well.
struct SyncPipe: ~Copyable {
    private let descriptor: Int32?
    private let apiVersion: Int

    /// Takes the pipe that the environment names: `_OCI_SYNCPIPE`.
    init(environment: String = "_OCI_SYNCPIPE", apiVersion: Int) {
        descriptor = SyncPipe.inherited(environment)
        self.apiVersion = apiVersion
    }

    /// The container's pid.
    consuming func tell(pid: Int32) {
        send(apiVersion > 0 ? "{\"data\": \(pid)}\n" : "{\"pid\": \(pid)}\n")
    }

    /// What went wrong.
    consuming func tell(failure: String) {
        let message = JSONText.quoted(failure)
        send(apiVersion > 0 ? "{\"data\": -1, \"message\": \(message)}\n" : "{\"pid\": -1, \"message\": \(message)}\n")
    }

    private func send(_ text: String) {
        guard let descriptor else { return }
        var text = text
        text.withUTF8 { bytes in
            // EPIPE and everything else means the same: there is nobody to tell.
            while Glibc.write(descriptor, bytes.baseAddress, bytes.count) == -1 && errno == EINTR {}
        }
        close(descriptor)
    }

    /// Blocks until whoever started us lets us go: one read of `_OCI_STARTPIPE`. They move us into a cgroup meanwhile.
    /// False where the pipe ended without a byte: they have died.
    static func awaitStart() -> Bool {
        guard let descriptor = inherited("_OCI_STARTPIPE") else { return true }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        while true {
            let count = read(descriptor, &byte, 1)
            if count == -1 && errno == EINTR { continue }
            return count == 1
        }
    }

    /// The descriptor that an environment variable names, from now on close-on-exec.
    private static func inherited(_ variable: String) -> Int32? {
        guard let value = getenv(variable), let number = Int32(String(cString: value)) else { return nil }
        guard clinux_fcntl_int(number, F_SETFD, FD_CLOEXEC) == 0 else { return nil }
        return number
    }
}
