import CLinux
import Glibc
import Synchronization

/// One thread that waits on descriptors for everybody else, so that no thread of Swift's pool ever blocks.
public final class EventThread: Sendable {
    /// The thread of this process; it starts with the first wait and lasts as long as the process.
    public static let shared = EventThread()

    private struct State {
        var next: UInt64 = 1
        var waiting: [UInt64: (descriptor: Int32, continuation: CheckedContinuation<Bool, Never>)] = [:]
    }

    private let state = Mutex(State())
    private let epoll: Epoll

    private init() {
        do {
            epoll = try Epoll()
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
        let token = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        let failure = Mutex<SystemError?>(nil)
        let ready = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
                // Registered before epoll knows of it: the event may come at once.
                state.withLock { $0.waiting[token] = (descriptor, continuation) }
                do throws(SystemError) {
                    try epoll.add(descriptor, [.readable, .oneShot], token: token)
                } catch {
                    failure.withLock { $0 = error }
                    finish(token, ready: false)
                    return
                }
                if Task.isCancelled { finish(token, ready: false) }
            }
        } onCancel: {
            finish(token, ready: false)
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        if !ready { throw CancellationError() }
    }

    private func finish(_ token: UInt64, ready: Bool) {
        guard let entry = state.withLock({ $0.waiting.removeValue(forKey: token) }) else { return }
        // Gone from the set already where the waiter's registration failed.
        try? epoll.remove(entry.descriptor)
        entry.continuation.resume(returning: ready)
    }

    private func loop() {
        while true {
            do throws(SystemError) {
                try epoll.wait { event throws(SystemError) in finish(event.token, ready: true) }
            } catch {
                preconditionFailure("\(error)")
            }
        }
    }
}

/// Starts a detached thread with all signals blocked (they belong to the main thread).
public func startThread(named name: String, _ body: @escaping @Sendable () -> Void) {
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
    pthread_detach(thread)
}
