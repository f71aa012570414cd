import CLinux
import Glibc
import Linux

/// SIGTERM and SIGINT as something to wait for.
///
/// A handler and a pipe, not a signalfd: Swift's main thread waits with no signal blocked, so that a blocked mask in the
/// other threads would not keep a signal from ending the process.
struct TerminationSignals: ~Copyable {
    private let arrived: Descriptor

    init() throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Descriptor.pipe(flags: O_NONBLOCK)
        // Open for as long as the process is: the handler writes to it.
        let writing = try pipe.write.duplicate().release()
        for number in [SIGTERM, SIGINT] {
            try retrying("sigaction", "\(number)") { clinux_signal_to_descriptor(number, writing) }
        }
        arrived = try pipe.read.duplicate()
    }

    /// Suspends until one of them has come.
    func wait() async throws {
        try await EventThread.shared.waitUntilReadable(arrived.rawValue)
    }
}
