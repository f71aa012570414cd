import Linux
import PodEngine
import Synchronization

/// A clock that stands still until it is moved.
final class ManualClock: EngineClock {
    private struct State {
        var uptime = Monotonic(nanoseconds: 1_000_000_000_000)
        var wall = Timestamp(seconds: 1_800_000_000)
        /// Those that wait for a time of the calendar; whoever sets the clock wakes them.
        var calendar: [UInt64: (deadline: Timestamp, continuation: CheckedContinuation<Void, Never>)] = [:]
        var sleepers: [UInt64: (deadline: Monotonic, continuation: CheckedContinuation<Void, Never>)] = [:]
        var next: UInt64 = 0
        var holdsSleepers = false
        var watchers: [CheckedContinuation<Void, Never>] = []
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
            let wall = state.wall
            let timed = state.calendar.filter { $0.value.deadline.since(wall) <= .zero }
            for number in timed.keys { state.calendar[number] = nil }
            return due.values.map(\.continuation) + timed.values.map(\.continuation)
        }
        for sleeper in due { sleeper.resume() }
    }

    /// Sets the clock that people see, not the one that deadlines go by; who waits for a time of it is woken, as by the
    /// machine's.
    func setWall(_ wall: Timestamp) {
        let woken = state.withLock { state in
            state.wall = wall
            defer { state.calendar = [:] }
            return state.calendar.values.map(\.continuation)
        }
        for sleeper in woken { sleeper.resume() }
    }

    var hasSleepers: Bool { state.withLock { !$0.sleepers.isEmpty || !$0.calendar.isEmpty } }
    /// Whether somebody waits for a sleeper that has been cancelled and is held.
    var holdsAny: Bool { state.withLock { !$0.held.isEmpty } }
    /// What is waited for on the calendar.
    var calendar: [Timestamp] { state.withLock { $0.calendar.values.map(\.deadline) } }

    /// Returns as soon as somebody sleeps.
    func waitForSleeper() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if !state.sleepers.isEmpty { return true }
                state.watchers.append(continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

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

    func sleep(untilWall deadline: Timestamp) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || deadline.since(state.wall) <= .zero { return true }
                    state.calendar[number] = (deadline, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.calendar.removeValue(forKey: number)?.continuation }?.resume()
        }
        try Task.checkCancellation()
    }

    func sleep(until deadline: Monotonic) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                var watchers: [CheckedContinuation<Void, Never>] = []
                let isOver = state.withLock { state in
                    if Task.isCancelled || deadline <= state.uptime { return true }
                    state.sleepers[number] = (deadline, continuation)
                    watchers = state.watchers
                    state.watchers = []
                    return false
                }
                for watcher in watchers { watcher.resume() }
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
