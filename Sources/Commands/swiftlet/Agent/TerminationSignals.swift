import CLinux
import Glibc
import Linux

/// SIGTERM, SIGINT and SIGHUP as something to wait for.
///
/// A handler and a pipe, not a signalfd: Swift's main thread waits with no signal blocked, so that a blocked mask in the
/// other threads would not keep a signal from ending the process.
struct TerminationSignals: ~Copyable {
    enum Wish {
        case reload
        case end
    }

    private let arrived: Descriptor

    init() throws(SystemError) {
        signal(SIGPIPE, SIG_IGN)
        let pipe = try Descriptor.pipe(flags: O_NONBLOCK)
        // Open for as long as the process is: the handler writes to it.
        let writing = try pipe.write.duplicate().release()
        for number in [SIGTERM, SIGINT, SIGHUP] {
            try retrying("sigaction", "\(number)") { clinux_signal_to_descriptor(number, writing) }
        }
        arrived = try pipe.read.duplicate()
    }

    /// Suspends until one of them has come. Several that came meanwhile are one, and the end is the strongest.
    func next() async throws -> Wish {
        try await EventThread.shared.waitUntilReadable(arrived.rawValue)
        var failure: SystemError?
        let numbers = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            do throws(SystemError) { count = try arrived.read(into: UnsafeMutableRawBufferPointer(buffer)) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return numbers.allSatisfy { $0 == UInt8(SIGHUP) } ? .reload : .end
    }
}
