import Linux
import Testing

/// A thread that runs tasks which prefer it (`withTaskExecutorPreference`); they may block.
public final class TaskThread: TaskExecutor {
    private let thread: BlockingThread
    private let onEnqueue: @Sendable () -> Void

    /// - Parameter onEnqueue: called each time that a task becomes ready to run, on the thread that has made it so.
    public init(named name: String, onEnqueue: @escaping @Sendable () -> Void = {}) {
        thread = .start(named: name)
        self.onEnqueue = onEnqueue
    }

    deinit {
        thread.end()
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        onEnqueue()
        let job = UnownedJob(job)
        thread.submit { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// The test's own code runs on a thread of its own, not on Swift's pool: for suites with actors on a thread in another namespace.
/// Each answer of such an actor resumes the test from there, which may have to start a thread of the pool: that one would be
/// born into the namespace, and tests of other suites would run in it (see `FreshThread`).
public struct AwayFromPool: SuiteTrait, TestTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        // What all tests share is not to be started from inside either.
        _ = EventThread.shared
        try await withTaskExecutorPreference(TaskThread(named: "test")) { try await function() }
    }
}

extension Trait where Self == AwayFromPool {
    /// See `AwayFromPool`.
    public static var awayFromPool: Self { AwayFromPool() }
}
