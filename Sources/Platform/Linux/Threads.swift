import CLinux
import Glibc

/// Starts a detached thread with all signals blocked (they belong to the main thread). It has the namespaces and the user of the
/// calling thread.
public func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
    pthread_detach(makeThread(named: name, body))
}

/// Runs a closure that blocks on a thread of its own and suspends the caller until it has ended: Swift's pool has no thread to
/// spare. Cancellation does not end it. What changes the thread itself is for `FreshThread`.
public func onThread<Result: Sendable, Failure: Error>(
    named name: String,
    _ body: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
    let result = await withCheckedContinuation { continuation in
        startThread(named: name) {
            continuation.resume(returning: Swift.Result { () throws(Failure) in try body() })
        }
    }
    return try result.get()
}

/// Starts such a thread that is to be joined.
func makeThread(named name: String, _ body: @escaping @Sendable () -> Void) -> pthread_t {
    final class Box {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(name, body)).toOpaque()
    let result = pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument else { return nil }
            let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
            // PR_SET_NAME is 15.
            box.name.withCString { _ = clinux_prctl(15, UInt(bitPattern: $0), 0, 0, 0) }
            box.body()
            return nil
        },
        box
    )
    precondition(result == 0, "pthread_create: \(SystemError.text(of: result))")
    return thread
}
