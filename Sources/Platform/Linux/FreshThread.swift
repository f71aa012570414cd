import Glibc

/// Threads that live for one closure, which may change what belongs to a thread: its namespaces, user, groups or working
/// directory (unshare(2), setns(2), setresuid(2), setfsuid(2)).
///
/// Nothing else ever runs there. Above all, such a thread resumes no task: that may have to start a thread of Swift's pool, and
/// a thread is born into the namespaces and with the user of the one that starts it (clone(2)). Tasks that know nothing of it
/// would run there from then on.
public enum FreshThread {
    /// Runs a closure on a new thread and blocks the calling one until it has ended.
    public static func runBlocking<Result, Failure: Error>(
        named name: String,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withoutActuallyEscaping(body) { body throws(Failure) in
            let transfer = Transfer(body)
            let thread = makeThread(named: name) { transfer.run() }
            let code = pthread_join(thread, nil)
            precondition(code == 0, "pthread_join: \(SystemError.text(of: code))")
            guard let result = transfer.result else { preconditionFailure("the thread has ended without a result") }
            return try result.get()
        }
    }

    /// Runs a closure on a new thread and suspends the caller until it has ended. What resumes the caller is a thread that has
    /// changed nothing. Cancellation does not end it.
    public static func run<Result: Sendable, Failure: Error>(
        named name: String,
        _ body: @escaping @Sendable () throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        try await onThread(named: name) { () throws(Failure) in try runBlocking(named: name, body) }
    }

    /// Carries a closure to the thread and its result back. The thread has ended before the caller goes on, so nothing is shared
    /// at a time, though that cannot be said to the compiler.
    private final class Transfer<Result, Failure: Error>: @unchecked Sendable {
        private var body: (() throws(Failure) -> Result)?
        private(set) var result: Swift.Result<Result, Failure>?

        init(_ body: @escaping () throws(Failure) -> Result) {
            self.body = body
        }

        func run() {
            if let body { result = Swift.Result { () throws(Failure) in try body() } }
            // It must not escape its caller.
            body = nil
        }
    }
}
