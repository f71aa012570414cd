import Glibc
import Linux
import Synchronization

/// A question to a loop that waits for a descriptor: whoever rings learns when the loop has come round.
final class LoopBell: Sendable {
    private let reading: Descriptor
    private let writing: Descriptor
    private let ringing = Mutex<[Latch]>([])

    init() throws(SystemError) {
        let pipe = try Descriptor.pipe(flags: O_NONBLOCK)
        reading = try pipe.read.duplicate()
        writing = try pipe.write.duplicate()
    }

    /// Readable while somebody rings. The loop waits for it beside its own work.
    var descriptor: Int32 { reading.rawValue }

    /// Returns when the loop has answered, or when the task is cancelled.
    func ring() async throws(SystemError) {
        let answered = Latch()
        ringing.withLock { $0.append(answered) }
        try wake()
        await answered.wait()
    }

    /// Has the loop come round, without waiting for it.
    func wake() throws(SystemError) {
        do throws(SystemError) { try writing.writeAll([1]) } catch {
            // A pipe that is full rings already.
            if error.errno != EAGAIN { throw error }
        }
    }

    /// Answers all who have rung so far. For the loop, on its way.
    func answer() throws(SystemError) {
        // Emptied first: who rings between the two is answered now, and the loop wakes once for nothing.
        try drain()
        let answered = ringing.withLock { ringing in
            defer { ringing = [] }
            return ringing
        }
        for latch in answered { latch.open() }
    }

    private func drain() throws(SystemError) {
        var failure: SystemError?
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            do throws(SystemError) { while try reading.read(into: buffer) == buffer.count {} } catch {
                if error.errno != EAGAIN { failure = error }
            }
        }
        if let failure { throw failure }
    }
}
