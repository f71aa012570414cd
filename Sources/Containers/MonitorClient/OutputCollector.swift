import Glibc
import Linux
import Synchronization

/// Reads one output stream of a program up to its end, and keeps the beginning.
final class OutputCollector: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var isTruncated = false
    }

    private let descriptor: Descriptor
    private let limit: Int
    private let state = Mutex(State())

    /// Takes a non-blocking descriptor over.
    init(owning number: Int32, limit: Int) {
        descriptor = Descriptor(owning: number)
        self.limit = limit
    }

    /// Everything so far, and whether there was more.
    var result: (bytes: [UInt8], isTruncated: Bool) {
        state.withLock { ($0.bytes, $0.isTruncated) }
    }

    /// Returns at the end of the stream, or when the task is cancelled.
    func collect() async throws(MonitorError) {
        while true {
            try await wait(for: descriptor.rawValue)
            let piece = try read()
            guard let piece else { continue }
            if piece.isEmpty { return }
            state.withLock { state in
                let room = max(0, limit - state.bytes.count)
                state.bytes += piece.prefix(room)
                if piece.count > room { state.isTruncated = true }
            }
        }
    }

    /// Nil where nothing is there, empty at the end.
    private func read() throws(MonitorError) -> [UInt8]? {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: 64 * 1024) { buffer, count in
            do throws(SystemError) {
                count = try descriptor.read(into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure {
            if failure.errno == EAGAIN { return nil }
            throw .system(failure)
        }
        return bytes
    }
}
