import Linux
import Synchronization

/// Waits for files to come into folders: one inotify instance for all, for as long as there are containers.
///
/// An instance of each wait's own would have to be closed, for which the kernel takes milliseconds.
final class Arrivals: Sendable {
    private typealias Continuation = CheckedContinuation<Void, Never>

    private struct State {
        /// By watch, then by number; nil where the waiter has not lain down yet.
        var waiting: [Int32: [UInt64: Continuation?]] = [:]
        var nextWaiter: UInt64 = 0
        var isReading = false
        /// Why nothing can be learnt here any more.
        var failure: SystemError?
    }

    private struct Waiter: Sendable {
        var watch: Int32
        var number: UInt64
    }

    private let inotify: Inotify
    private let state = Mutex(State())

    init() throws(SystemError) {
        inotify = try Inotify()
    }

    /// Suspends until a folder has a file of this name. All who wait for one folder at a time must wait for the same kind of arrival.
    func wait(for name: String, in directory: String, _ kind: Inotify.Mask = .movedTo) async throws(MonitorError) {
        let path = "\(directory)/\(name)"
        while !FileSystem.exists(path) {
            // Watched before it is looked at again, so that no change is missed.
            let waiter = try system { () throws(SystemError) in try watch(directory, kind) }
            if FileSystem.exists(path) { return finish(waiter) }
            await lieDown(waiter)
            if Task.isCancelled { throw .cancelled }
        }
    }

    private func watch(_ directory: String, _ kind: Inotify.Mask) throws(SystemError) -> Waiter {
        let (waiter, isFirst) = try state.withLock { state throws(SystemError) in
            if let failure = state.failure { throw failure }
            let waiter = Waiter(watch: try inotify.watch(directory, kind), number: state.nextWaiter)
            state.nextWaiter += 1
            state.waiting[waiter.watch, default: [:]][waiter.number] = .some(nil)
            defer { state.isReading = true }
            return (waiter, !state.isReading)
        }
        // Nobody's child: it reads for all who wait, and ends with the last of them.
        if isFirst { Task { await read() } }
        return waiter
    }

    private func lieDown(_ waiter: Waiter) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.waiting[waiter.watch]?[waiter.number] != nil else { return true }
                    state.waiting[waiter.watch]?[waiter.number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            finish(waiter)
        }
    }

    private func finish(_ waiter: Waiter) {
        let continuation = state.withLock { state in
            let continuation = state.waiting[waiter.watch]?.removeValue(forKey: waiter.number)
            if state.waiting[waiter.watch]?.isEmpty == true {
                state.waiting[waiter.watch] = nil
                // A folder that is gone has taken its watch along.
                try? inotify.unwatch(waiter.watch)
            }
            return continuation ?? nil
        }
        continuation?.resume()
    }

    private func read() async {
        while true {
            let isDone = state.withLock { state in
                if state.waiting.isEmpty { state.isReading = false }
                return state.waiting.isEmpty
            }
            if isDone { return }
            var moved: Set<Int32>?
            do {
                // Not for ever: all who wait may have been cancelled.
                let deadline = Monotonic.now.advanced(by: .seconds(1))
                _ = try await EventThread.shared.wait(for: .readable, on: inotify.descriptor.rawValue, until: deadline)
                let events = try inotify.read()
                // Where there are too many, some are lost: all look again then.
                if !events.contains(where: { $0.mask.contains(.overflow) }) { moved = Set(events.map(\.watch)) }
            } catch let error as SystemError {
                state.withLock { $0.failure = error }
            } catch {
                // No task of ours is ever cancelled.
            }
            let woken = state.withLock { state in
                state.waiting.filter { moved?.contains($0.key) ?? true }
                    .flatMap { watch, waiters in waiters.keys.map { Waiter(watch: watch, number: $0) } }
            }
            for waiter in woken { finish(waiter) }
        }
    }
}
