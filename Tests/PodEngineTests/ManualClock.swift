import Linux
import PodEngine
import Synchronization

/// A clock that stands still until it is moved.
final class ManualClock: EngineClock {
    private struct State {
        var uptime = Monotonic(nanoseconds: 1_000_000_000_000)
        var wall = Timestamp(seconds: 1_800_000_000)
        var sleepers: [UInt64: (deadline: Monotonic, continuation: CheckedContinuation<Void, Never>)] = [:]
        var next: UInt64 = 0
        var holdsSleepers = false
        /// Sleepers that are cancelled and not let go.
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var wall: Timestamp { state.withLock { $0.wall } }
    var uptime: Monotonic { state.withLock { $0.uptime } }
    var now: Moment { state.withLock { Moment(wall: $0.wall, uptime: $0.uptime) } }

    func advance(by duration: Duration) {
        let due = state.withLock { state in
            let nanoseconds = Int64(duration / .nanoseconds(1))
            state.uptime = Monotonic(nanoseconds: state.uptime.nanoseconds + nanoseconds)
            state.wall = state.wall.advanced(by: duration)
            let due = state.sleepers.filter { $0.value.deadline <= state.uptime }
            for number in due.keys { state.sleepers[number] = nil }
            return due
        }
        for sleeper in due.values { sleeper.continuation.resume() }
    }

    /// Sets the clock that people see, not the one that deadlines go by.
    func setWall(_ wall: Timestamp) { state.withLock { $0.wall = wall } }

    var hasSleepers: Bool { state.withLock { !$0.sleepers.isEmpty } }

    /// While true, not even a cancelled sleeper wakes: a fault that a clock of the machine does not have.
    var holdsSleepers: Bool {
        get { state.withLock { $0.holdsSleepers } }
        set {
            let held = state.withLock { state in
                state.holdsSleepers = newValue
                defer { if !newValue { state.held = [] } }
                return newValue ? [] : state.held
            }
            for sleeper in held { sleeper.resume() }
        }
    }

    func sleep(until deadline: Monotonic) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || deadline <= state.uptime { return true }
                    state.sleepers[number] = (deadline, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: number)?.continuation
                guard state.holdsSleepers, let sleeper else { return sleeper }
                state.held.append(sleeper)
                return nil
            }
            sleeper?.resume()
        }
        try Task.checkCancellation()
    }
}
