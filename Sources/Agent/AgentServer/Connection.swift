import AgentAPI
import JSONRPC
import Synchronization

/// What the server keeps of one connection: the calls under way, the subscriptions, and how much its reader lags.
final class Connection: Sendable {
    typealias Cancel = @Sendable () -> Void

    private struct State {
        var nextToken: UInt64 = 1
        var calls: [UInt64: Cancel] = [:]
        var tokens: [RequestID: UInt64] = [:]
        var subscriptions: [String: Subscription] = [:]
        var inFlight = 0
        var blockedWrites = 0
        var admission: CheckedContinuation<Void, Never>?
        var isClosed = false
        var isDraining = false
    }

    let peer: Peer
    /// Sends a notification; nil where the carrier has no way to (an HTTP request).
    let notify: (@Sendable ([UInt8]) async throws -> Void)?
    private let limit: Int
    private let state = Mutex(State())

    init(peer: Peer, callsInFlight limit: Int, notify: (@Sendable ([UInt8]) async throws -> Void)? = nil) {
        self.peer = peer
        self.limit = limit
        self.notify = notify
    }

    /// Nothing is under way: the connection may be closed for idleness.
    var isIdle: Bool {
        state.withLock { $0.inFlight == 0 && $0.calls.isEmpty && $0.subscriptions.isEmpty && $0.blockedWrites == 0 }
    }

    /// What waits for the reader is bounded however long that takes: events of subscriptions, bytes of a stream.
    var hasPatientReader: Bool {
        // A stream is a call under way that no message has brought.
        state.withLock { !$0.subscriptions.isEmpty || ($0.inFlight == 0 && !$0.calls.isEmpty) }
    }

    // MARK: Flow

    /// Suspends while the limit of calls is reached or answers wait for a slow reader. One caller at a time: the loop
    /// that reads the connection, so that the kernel's socket buffer holds the client back.
    func admit() async {
        while true {
            let isAdmitted = state.withLock { state in
                if state.isClosed || (state.inFlight < limit && state.blockedWrites < 4) {
                    state.inFlight += 1
                    return true
                }
                return false
            }
            if isAdmitted { return }
            await withCheckedContinuation { continuation in
                let isFree = state.withLock { state in
                    if state.isClosed || (state.inFlight < limit && state.blockedWrites < 4) { return true }
                    state.admission = continuation
                    return false
                }
                if isFree { continuation.resume() }
            }
        }
    }

    /// The counterpart of `admit`.
    func leave() {
        state.withLock { state in
            state.inFlight -= 1
            return state.admission.take()
        }?.resume()
    }

    /// Writes with `body`, and counts the write as blocked while it lasts.
    func write(_ body: () async throws -> Void) async rethrows {
        state.withLock { $0.blockedWrites += 1 }
        defer {
            state.withLock { state in
                state.blockedWrites -= 1
                return state.admission.take()
            }?.resume()
        }
        try await body()
    }

    // MARK: Calls

    /// Registers a call under way. Nil where its id is in use by another one.
    func begin(_ id: RequestID?, cancel: @escaping Cancel) -> UInt64? {
        let (token, isClosed) = state.withLock { state -> (UInt64?, Bool) in
            if let id, state.tokens[id] != nil { return (nil, false) }
            let token = state.nextToken
            state.nextToken += 1
            state.calls[token] = cancel
            if let id { state.tokens[id] = token }
            return (token, state.isClosed)
        }
        if isClosed { cancel() }
        return token
    }

    func end(_ token: UInt64, _ id: RequestID?) {
        state.withLock { state in
            state.calls[token] = nil
            if let id { state.tokens[id] = nil }
        }
    }

    /// Cancels a call; false where there is none of this id.
    func cancel(_ id: RequestID) -> Bool {
        let cancel = state.withLock { state in state.tokens[id].flatMap { state.calls[$0] } }
        cancel?()
        return cancel != nil
    }

    // MARK: Subscriptions

    func makeSubscription() -> Subscription {
        let (subscription, isOver) = state.withLock { state in
            let subscription = Subscription(id: "s\(state.nextToken)")
            state.nextToken += 1
            state.subscriptions[subscription.id] = subscription
            return (subscription, state.isDraining)
        }
        if isOver { subscription.end(.shuttingDown) }
        return subscription
    }

    func remove(_ subscription: Subscription) {
        state.withLock { $0.subscriptions[subscription.id] = nil }
    }

    /// Ends a subscription; false where there is none of this id.
    func endSubscription(_ id: String) -> Bool {
        let subscription = state.withLock { $0.subscriptions[id] }
        subscription?.end(.cancelled)
        return subscription != nil
    }

    /// Ends all subscriptions, those that are about to begin too, so that the connection can be closed when its calls
    /// are done.
    func drain() {
        let subscriptions = state.withLock { state in
            state.isDraining = true
            return Array(state.subscriptions.values)
        }
        for subscription in subscriptions { subscription.end(.shuttingDown) }
    }

    /// The other end is gone: cancels whatever is under way.
    func close() {
        let (calls, admission) = state.withLock { state in
            state.isClosed = true
            return (Array(state.calls.values), state.admission.take())
        }
        admission?.resume()
        for cancel in calls { cancel() }
        drain()
    }
}
