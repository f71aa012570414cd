import CLinux
import Glibc
import Synchronization

/// The reading end of a pipe, socket or terminal; never blocks a thread. Closed when the last reference goes.
public final class ByteReader: Sendable {
    private struct State {
        /// The wait that is under way.
        var wait: Task<Void, any Error>?
        /// After `finish`: how many bytes may still come; nil before.
        var rest: Int?
    }

    private let descriptor: Descriptor
    private let state = Mutex(State())

    /// Takes the descriptor over and makes it non-blocking.
    public init(_ descriptor: consuming Descriptor) throws(SystemError) {
        try descriptor.setNonBlocking(true)
        self.descriptor = descriptor
    }

    /// The next bytes, at most `limit`; none at the end. Of a socket that keeps borders, one packet. One caller at a time.
    ///
    /// Throws `CancellationError` on cancellation.
    public func read(atMost limit: Int) async throws -> [UInt8] {
        while true {
            let rest = state.withLock { $0.rest }
            let (bytes, code) = readNow(min(limit, rest ?? limit))
            switch code {
            case 0:
                if rest != nil { state.withLock { $0.rest? -= bytes.count } }
                return bytes
            // EIO: the last process that had the terminal open is gone.
            case EIO, ECONNRESET: return []
            case EINTR: continue
            case EAGAIN:
                if rest != nil { return [] }
                try await waitUntilReadable()
            default: throw SystemError(call: "read", errno: code, subject: "fd \(descriptor.rawValue)")
            }
        }
    }

    /// No longer waits for more: what lies in the pipe now is the last that is read.
    ///
    /// For a writer that has ended while others, which nobody waits for, hold the pipe open.
    public func finish() {
        let wait = state.withLock { state in
            if state.rest == nil { state.rest = waitingBytes }
            return state.wait
        }
        wait?.cancel()
    }

    private func waitUntilReadable() async throws {
        let number = descriptor.rawValue
        let wait = Task { try await EventThread.shared.waitUntilReadable(number) }
        let isFinished = state.withLock { state in
            state.wait = wait
            return state.rest != nil
        }
        if isFinished { wait.cancel() }
        let result = await withTaskCancellationHandler {
            await wait.result
        } onCancel: {
            wait.cancel()
        }
        state.withLock { $0.wait = nil }
        try Task.checkCancellation()
        if case .failure(let error) = result, !(error is CancellationError) { throw error }
    }

    private var waitingBytes: Int {
        var count: Int32 = 0
        // FIONREAD
        return clinux_ioctl_pointer(descriptor.rawValue, 0x541B, &count) == 0 ? Int(count) : 0
    }

    private func readNow(_ limit: Int) -> (bytes: [UInt8], errno: Int32) {
        guard limit > 0 else { return ([], 0) }
        let number = descriptor.rawValue
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let got = Glibc.read(number, buffer.baseAddress, limit)
            code = got == -1 ? errno : 0
            count = max(0, got)
        }
        return (bytes, code)
    }
}
