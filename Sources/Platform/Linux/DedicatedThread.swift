import Glibc
import Synchronization

/// A serial executor that is one pthread: for C libraries that are bound to a thread, and for work inside a namespace,
/// which setns(2) and unshare(2) change for the calling thread only.
///
/// An actor runs on it by `nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }`.
public final class DedicatedThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
        var stopped = false
    }

    // A condition variable must not move: it lives on the heap for as long as the thread does.
    private struct Signal: @unchecked Sendable {
        let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        let queue = UnsafeMutablePointer<Queue>.allocate(capacity: 1)
    }

    private let signal = Signal()

    /// Starts the thread. It ends when the executor is released and its queue is empty.
    public init(name: String) {
        pthread_mutex_init(signal.mutex, nil)
        pthread_cond_init(signal.condition, nil)
        signal.queue.initialize(to: Queue())
        let signal = signal
        // The thread must not keep the executor alive: it holds the queue alone, and the jobs' executor by their actor.
        let executor = WeakExecutor()
        executor.value.withLock { $0 = WeakBox(self) }
        startThread(named: name) { Self.loop(signal, executor) }
    }

    deinit {
        pthread_mutex_lock(signal.mutex)
        signal.queue.pointee.stopped = true
        pthread_cond_signal(signal.condition)
        pthread_mutex_unlock(signal.mutex)
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(signal.mutex)
        signal.queue.pointee.jobs.append(job)
        pthread_cond_signal(signal.condition)
        pthread_mutex_unlock(signal.mutex)
    }

    /// Runs a blocking closure on the thread and suspends the caller until it has ended.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            pthread_mutex_lock(signal.mutex)
            signal.queue.pointee.work.append { continuation.resume(with: Swift.Result { try body() }) }
            pthread_cond_signal(signal.condition)
            pthread_mutex_unlock(signal.mutex)
        }
    }

    private final class WeakExecutor: Sendable {
        let value = Mutex<WeakBox?>(nil)
    }

    private struct WeakBox: Sendable {
        weak let executor: DedicatedThread?
        init(_ executor: DedicatedThread) { self.executor = executor }
    }

    private static func loop(_ signal: Signal, _ box: WeakExecutor) {
        while true {
            pthread_mutex_lock(signal.mutex)
            while signal.queue.pointee.jobs.isEmpty && signal.queue.pointee.work.isEmpty
                && !signal.queue.pointee.stopped
            {
                pthread_cond_wait(signal.condition, signal.mutex)
            }
            let jobs = signal.queue.pointee.jobs
            let work = signal.queue.pointee.work
            let stopped = signal.queue.pointee.stopped
            signal.queue.pointee.jobs = []
            signal.queue.pointee.work = []
            pthread_mutex_unlock(signal.mutex)
            if jobs.isEmpty && work.isEmpty && stopped { break }
            if let executor = box.value.withLock({ $0?.executor }) {
                for job in jobs { job.runSynchronously(on: executor.asUnownedSerialExecutor()) }
            }
            for item in work { item() }
        }
        signal.queue.deinitialize(count: 1)
        signal.queue.deallocate()
        pthread_cond_destroy(signal.condition)
        signal.condition.deallocate()
        pthread_mutex_destroy(signal.mutex)
        signal.mutex.deallocate()
    }
}
