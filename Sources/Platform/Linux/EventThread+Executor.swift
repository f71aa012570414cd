import CLinux
import Glibc
import Synchronization

/// The thread runs tasks, too, that prefer it (`withTaskExecutorPreference`): those that do nothing but a little between one
/// wait and the next. They go on where they are woken, and no other thread is.
///
/// Such a task must not block: everybody's waits and deadlines would stand still with it.
extension EventThread: TaskExecutor {
    public func enqueue(_ job: consuming ExecutorJob) {
        jobs.add(UnownedJob(job))
    }
}

/// Jobs for a thread that rests in epoll_wait(2) when there are none.
final class JobQueue: Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Whether the thread looks for jobs before it rests again: then nobody needs to wake it.
        var isAwake = true
    }

    private let state = Mutex(State())
    /// An eventfd(2) that is readable when the thread is to wake.
    let bell: Descriptor

    init() throws(SystemError) {
        bell = Descriptor(owning: try retrying("eventfd") { eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK)) })
    }

    func add(_ job: UnownedJob) {
        let mustWake = state.withLock { state in
            state.jobs.append(job)
            defer { state.isAwake = true }
            return !state.isAwake
        }
        // EAGAIN, the only failure of a valid eventfd: it has been rung more often than can be counted.
        if mustWake { eventfd_write(bell.rawValue, 1) }
    }

    /// Asked by the thread before it rests. From then on it is to be woken.
    func mayRest() -> Bool {
        state.withLock { state in
            state.isAwake = !state.jobs.isEmpty
            return !state.isAwake
        }
    }

    /// Said by the thread when something else has woken it.
    func wake() { state.withLock { $0.isAwake = true } }

    func silence() {
        var count: eventfd_t = 0
        eventfd_read(bell.rawValue, &count)
    }

    func take() -> [UnownedJob] {
        state.withLock { state in
            defer { state.jobs = [] }
            return state.jobs
        }
    }
}
