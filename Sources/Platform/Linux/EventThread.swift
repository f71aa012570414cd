import CLinux
import Glibc
import Synchronization

/// One thread that waits on descriptors and deadlines for everybody else, so that no thread of Swift's pool ever blocks.
///
/// All deadlines share one timer: those that fall together cost one wake-up, and without any there is none.
public final class EventThread: Sendable {
    /// The thread of this process; it starts with the first wait and lasts as long as the process.
    public static let shared = EventThread()

    private enum Outcome {
        case ready
        case late
        case cancelled
    }

    private struct Waiter {
        /// Nil for a wait that is for a deadline only.
        var descriptor: Int32?
        var continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var next: UInt64 = 1
        var waiting: [UInt64: Waiter] = [:]
        var deadlines = DeadlineQueue()
        /// What the timer is set to.
        var alarm: Monotonic?
    }

    /// The tokens of the timer and of the bell in the epoll set; waiters count from 1.
    private static let timerToken: UInt64 = 0
    private static let bellToken = UInt64.max

    private let state = Mutex(State())
    private let epoll: Epoll
    private let timer: Descriptor
    let jobs: JobQueue

    private init() {
        do {
            epoll = try Epoll()
            let flags = Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK)
            timer = Descriptor(owning: try retrying("timerfd_create") { timerfd_create(CLOCK_MONOTONIC, flags) })
            try epoll.add(timer.rawValue, .readable, token: Self.timerToken)
            jobs = try JobQueue()
            try epoll.add(jobs.bell.rawValue, .readable, token: Self.bellToken)
        } catch {
            // Without epoll(7) the process can wait for nothing at all: there is no way on.
            preconditionFailure("\(error)")
        }
        startThread(named: "events") { [self] in loop() }
    }

    /// Suspends until a descriptor is readable (for a pidfd: until the process ended) or the task is cancelled.
    ///
    /// The descriptor must stay open meanwhile. Throws `CancellationError` on cancellation and `SystemError` where the
    /// descriptor cannot be waited for. One waiter a descriptor at a time: EEXIST otherwise.
    public func waitUntilReadable(_ descriptor: Int32) async throws {
        _ = try await wait(for: .readable, on: descriptor, until: nil)
    }

    /// Suspends until a descriptor is ready for something, or has an error, and answers true; false where the deadline came
    /// first. Throws as `waitUntilReadable` does.
    public func wait(for interest: Epoll.Interest, on descriptor: Int32, until deadline: Monotonic?) async throws -> Bool {
        try await wait(descriptor, interest, until: deadline) == .ready
    }

    /// Suspends until a moment has come. Throws `CancellationError` on cancellation.
    public func sleep(until deadline: Monotonic) async throws {
        _ = try await wait(nil, [], until: deadline)
    }

    private func wait(
        _ descriptor: Int32?,
        _ interest: Epoll.Interest,
        until deadline: Monotonic?
    ) async throws -> Outcome {
        let token = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        let failure = Mutex<SystemError?>(nil)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Outcome, Never>) in
                // Registered before epoll knows of it: the event may come at once.
                state.withLock { state in
                    state.waiting[token] = Waiter(descriptor: descriptor, continuation: continuation)
                    if let deadline { add(token, at: deadline, to: &state) }
                }
                if let descriptor {
                    do throws(SystemError) {
                        try epoll.add(descriptor, interest.union(.oneShot), token: token)
                    } catch {
                        failure.withLock { $0 = error }
                        finish(token, .cancelled)
                        return
                    }
                }
                if Task.isCancelled { finish(token, .cancelled) }
            }
        } onCancel: {
            finish(token, .cancelled)
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        if outcome == .cancelled { throw CancellationError() }
        return outcome
    }

    private func finish(_ token: UInt64, _ outcome: Outcome) {
        guard let waiter = state.withLock({ $0.waiting.removeValue(forKey: token) }) else { return }
        // Gone from the set already where the waiter's registration failed.
        if let descriptor = waiter.descriptor { try? epoll.remove(descriptor) }
        waiter.continuation.resume(returning: outcome)
    }

    private func add(_ token: UInt64, at deadline: Monotonic, to state: inout State) {
        state.deadlines.add(token, at: deadline)
        if state.alarm.map({ deadline < $0 }) ?? true { setTimer(to: deadline, &state) }
    }

    /// The timer is set under the lock: two that set it would otherwise leave the later one's time.
    private func setTimer(to moment: Monotonic, _ state: inout State) {
        state.alarm = moment
        // Zero would switch it off.
        let nanoseconds = max(1, moment.nanoseconds)
        var setting = itimerspec()
        setting.it_value.tv_sec = time_t(nanoseconds / 1_000_000_000)
        setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        let result = timerfd_settime(timer.rawValue, Int32(TFD_TIMER_ABSTIME), &setting, nil)
        // EINVAL and EBADF, the only ones left, are programming errors.
        precondition(result == 0, "\(SystemError.last("timerfd_settime"))")
    }

    /// Wakes those whose time has come, and sets the timer to the next that is still waited for.
    private func ring() {
        var count: UInt64 = 0
        // EAGAIN: it has been set anew since it rang.
        _ = withUnsafeMutableBytes(of: &count) { read(timer.rawValue, $0.baseAddress, $0.count) }
        let now = Monotonic.now
        let late = state.withLock { state in
            var late: [UInt64] = []
            state.alarm = nil
            while let first = state.deadlines.first {
                let isWaiting = state.waiting[first.token] != nil
                guard first.deadline <= now || !isWaiting else {
                    setTimer(to: first.deadline, &state)
                    break
                }
                state.deadlines.removeFirst()
                if isWaiting { late.append(first.token) }
            }
            return late
        }
        for token in late { finish(token, .late) }
    }

    private func loop() {
        while true {
            do throws(SystemError) {
                // Between two rounds of jobs it is looked at what is ready: jobs that make jobs hold up nobody.
                try epoll.wait(milliseconds: jobs.mayRest() ? -1 : 0) { event throws(SystemError) in
                    jobs.wake()
                    switch event.token {
                    case Self.timerToken: ring()
                    case Self.bellToken: jobs.silence()
                    default: finish(event.token, .ready)
                    }
                }
            } catch {
                preconditionFailure("\(error)")
            }
            for job in jobs.take() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
