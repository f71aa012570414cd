import Linux
import Logging
import PodSpec
import Synchronization

/// Tells the engine's loop when workloads want to be looked at: when one of their pods changes, and when a time has come. No
/// polling: without workloads nothing runs here, and without pods that change nothing wakes.
final class WorkloadAlarm: Sendable {
    private struct State {
        var isDue = false
        var deadline: Timestamp?
        var owned: Set<PodKey> = []
    }

    private let state = Mutex(State())
    private let hasNewDeadline = Signal()

    /// Whether there is something to look at; asked once, it is answered for.
    func take() -> Bool {
        state.withLock { state in
            defer { state.isDue = false }
            return state.isDue
        }
    }

    /// There is something to look at.
    func raise() { state.withLock { $0.isDue = true } }

    /// What is to be waited for from now on.
    func set(_ deadline: Timestamp?, owned: Set<PodKey>) {
        state.withLock { state in
            state.deadline = deadline
            state.owned = owned
        }
        hasNewDeadline.raise()
    }

    /// Waits until the task is cancelled.
    ///
    /// - Parameter wake: has the loop come round.
    func run(
        _ changes: AsyncStream<[PodChange]>,
        _ clock: any EngineClock,
        wake: @escaping @Sendable () -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watch(changes, wake) }
            group.addTask { await self.keepTime(clock, wake) }
        }
    }

    private func watch(_ changes: AsyncStream<[PodChange]>, _ wake: @Sendable () -> Void) async {
        for await batch in changes {
            let concernsUs = state.withLock { state in
                let isOurs = batch.contains { change in
                    switch change {
                    case .changed(let key), .removed(let key): state.owned.contains(key)
                    default: false
                    }
                }
                if isOurs { state.isDue = true }
                return isOurs
            }
            if concernsUs { wake() }
        }
    }

    private func keepTime(_ clock: any EngineClock, _ wake: @Sendable () -> Void) async {
        while !Task.isCancelled {
            guard let deadline = state.withLock({ $0.deadline }) else {
                await hasNewDeadline.wait()
                continue
            }
            let hasCome = await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    await self.hasNewDeadline.wait()
                    return false
                }
                group.addTask {
                    // Cancelled where another deadline has been set meanwhile.
                    do { try await clock.sleep(untilWall: deadline) } catch { return false }
                    return true
                }
                defer { group.cancelAll() }
                return await group.next() ?? false
            }
            guard hasCome else { continue }
            state.withLock { state in
                // Reached, or the clock was set: either way the next look says what to wait for.
                if state.deadline == deadline { state.deadline = nil }
                state.isDue = true
            }
            wake()
        }
    }
}
