import Glibc
import Linux

/// A thread that runs closures for callers who block meanwhile, and on which no Swift task is ever resumed.
///
/// For a thread that has entered another pid namespace: it can make processes there but no threads here any more
/// (clone(2) refuses CLONE_THREAD with EINVAL), and resuming a task may have to make one.
final class BlockingThread: @unchecked Sendable {
    // Guarded by `mutex`; on the heap because a condition variable must not move.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var work: [() -> Void] = []
    private var hasEnded = false

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    /// Starts the thread. It ends with `end()`.
    static func start(named name: String) -> BlockingThread {
        let thread = BlockingThread()
        startThread(named: name) { thread.loop() }
        return thread
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs a closure on the thread and blocks until it has returned.
    func run<Result>(_ body: () throws -> Result) throws -> Result {
        var result: Swift.Result<Result, any Error>?
        withoutActuallyEscaping(body) { body in
            pthread_mutex_lock(mutex)
            work.append { result = Swift.Result { try body() } }
            pthread_cond_broadcast(changed)
            while result == nil { pthread_cond_wait(changed, mutex) }
            pthread_mutex_unlock(mutex)
        }
        guard let result else { preconditionFailure("the loop above ends with a result") }
        return try result.get()
    }

    /// Runs a closure on the thread, after those that wait already; the caller goes on.
    func submit(_ body: @escaping () -> Void) {
        pthread_mutex_lock(mutex)
        work.append(body)
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Ends the thread once it has nothing to do.
    func end() {
        pthread_mutex_lock(mutex)
        hasEnded = true
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
    }

    /// Runs what comes first, without the lock: the last owner of this thread may go with it, and ends it then.
    private func runFirst() {
        let next = work.removeFirst()
        pthread_mutex_unlock(mutex)
        next()
    }

    private func loop() {
        pthread_mutex_lock(mutex)
        while true {
            while work.isEmpty && !hasEnded { pthread_cond_wait(changed, mutex) }
            if work.isEmpty { break }
            runFirst()
            pthread_mutex_lock(mutex)
            pthread_cond_broadcast(changed)
        }
        pthread_mutex_unlock(mutex)
    }
}
