import CCurl
import Linux
import Synchronization

/// The thread that drives a libcurl multi handle: curl_multi_poll to wait, curl_multi_wakeup to be told of new work.
///
/// Handles of libcurl belong to one thread at a time; here that is this one, for all but the wake-up.
final class TransferThread: Sendable {
    private enum Command {
        case start(Transfer, CheckedContinuation<HTTPResponse, any Error>)
        case cancel(Transfer)
        case resume(Transfer)
        case stop
    }

    private struct State: @unchecked Sendable {
        var inbox: [Command] = []
        /// The multi handle of the running thread, nil when there is none.
        var multi: UnsafeMutableRawPointer?
    }

    /// How long the thread waits for more to do before it ends.
    private static let idleMilliseconds: Int32 = 10_000

    private let configuration: HTTPClient.Configuration
    private let state = Mutex(State())

    init(configuration: HTTPClient.Configuration) {
        self.configuration = configuration
    }

    func start(_ transfer: Transfer, _ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        submit(.start(transfer, continuation))
    }

    func cancel(_ transfer: Transfer) { submit(.cancel(transfer)) }
    func resume(_ transfer: Transfer) { submit(.resume(transfer)) }

    func stop() {
        state.withLock { state in
            guard let multi = state.multi else { return }
            state.inbox.append(.stop)
            ccurl_multi_wakeup(multi)
        }
    }

    private func submit(_ command: Command) {
        state.withLock { state in
            state.inbox.append(command)
            if let multi = state.multi {
                ccurl_multi_wakeup(multi)
                return
            }
            guard let multi = ccurl_multi_init() else { preconditionFailure("curl_multi_init") }
            state.multi = multi
            nonisolated(unsafe) let handle = multi
            startThread(named: "http") { [self] in
                loop(handle)
                ccurl_multi_cleanup(handle)
            }
        }
    }

    private func loop(_ multi: UnsafeMutableRawPointer) {
        // Keyed by the easy handle, which libcurl names in its messages.
        var running: [UnsafeMutableRawPointer: (Transfer, CheckedContinuation<HTTPResponse, any Error>)] = [:]
        // A task may be cancelled before its transfer was even handed over.
        var cancelledEarly: Set<ObjectIdentifier> = []
        while true {
            let commands = state.withLock { state in
                defer { state.inbox = [] }
                return state.inbox
            }
            var stopping = false
            for command in commands {
                switch command {
                case .start(let transfer, let continuation):
                    if cancelledEarly.remove(ObjectIdentifier(transfer)) != nil {
                        continuation.resume(throwing: CancellationError())
                        continue
                    }
                    let handle = transfer.prepare(configuration) { [weak self] in self?.resume(transfer) }
                    ccurl_multi_add_handle(multi, handle)
                    running[handle] = (transfer, continuation)
                case .cancel(let transfer):
                    if let handle = transfer.handle, let entry = running.removeValue(forKey: handle) {
                        ccurl_multi_remove_handle(multi, handle)
                        transfer.discard()
                        entry.1.resume(throwing: CancellationError())
                    } else if !transfer.isFinished {
                        cancelledEarly.insert(ObjectIdentifier(transfer))
                    }
                case .resume(let transfer):
                    if let handle = transfer.handle, running[handle] != nil { ccurl_easy_pause(handle, CURLPAUSE_CONT) }
                case .stop:
                    stopping = true
                }
            }
            var active: Int32 = 0
            ccurl_multi_perform(multi, &active)
            var left: Int32 = 0
            while let message = ccurl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                    let (transfer, continuation) = running.removeValue(forKey: handle)
                else { continue }
                let code = ccurl_message_result(message)
                ccurl_multi_remove_handle(multi, handle)
                continuation.resume(with: transfer.finish(code))
            }
            if stopping && running.isEmpty {
                state.withLock { $0.multi = nil }
                return
            }
            ccurl_multi_poll(multi, nil, 0, running.isEmpty ? Self.idleMilliseconds : 60_000, nil)
            if running.isEmpty {
                let ended = state.withLock { state in
                    guard state.inbox.isEmpty else { return false }
                    state.multi = nil
                    return true
                }
                if ended { return }
            }
        }
    }
}
