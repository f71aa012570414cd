import Linux

/// A process that is not ours to reap.
final class WatchedProcess: Sendable {
    private let handle: ProcessHandle

    init(_ handle: consuming ProcessHandle) {
        self.handle = handle
    }

    var pid: Int32 { handle.pid }

    func signal(_ signal: Int32) throws(SystemError) { try handle.signal(signal) }

    /// Waits for its end, on this thread; false where the time is up first.
    func hasEnded(within timeout: Duration) throws(SystemError) -> Bool {
        try UnixSocket.waitUntilReadable(handle.descriptor, atMost: timeout)
    }

    /// Returns when it has ended; throws `CancellationError` on cancellation.
    func end() async throws {
        try await EventThread.shared.waitUntilReadable(handle.descriptor.rawValue)
    }
}
