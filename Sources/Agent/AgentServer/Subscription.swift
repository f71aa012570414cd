import AgentAPI
import JSONCoding
import JSONRPC
import Synchronization

/// One subscription of a connection: numbers its events and says its end exactly once.
final class Subscription: Sendable {
    typealias Send = @Sendable ([UInt8]) async throws -> Void

    private struct State {
        var seq: Int64 = 1
        var ending: SubscriptionEnd.Reason?
        var cancel: (@Sendable () -> Void)?
    }

    let id: String
    private let state = Mutex(State())

    init(id: String) {
        self.id = id
    }

    /// Ends the subscription from outside; the first reason counts.
    func end(_ reason: SubscriptionEnd.Reason) {
        let cancel = state.withLock { state in
            if state.ending == nil { state.ending = reason }
            return state.cancel
        }
        cancel?()
    }

    /// Runs `produce` until it returns or the subscription is ended, then sends `subscription.end`. A connection that no
    /// longer takes notifications ends it silently.
    func run(send: @escaping Send, produce: @escaping @Sendable (Subscription, Send) async throws -> Void) async {
        // A task of its own, so that `end` reaches this subscription and nothing else.
        let work = Task { [self] in try await produce(self, send) }
        let isEnded = state.withLock { state in
            state.cancel = { work.cancel() }
            return state.ending != nil
        }
        if isEnded { work.cancel() }
        let result = await withTaskCancellationHandler {
            await work.result
        } onCancel: {
            work.cancel()
        }
        let ending = state.withLock { $0.ending }
        var end = SubscriptionEnd(subscription: id, reason: ending ?? .completed)
        if ending == nil, case .failure(let error) = result {
            if error is CancellationError { return }
            end.reason = .failed
            end.fault = error as? Fault ?? Fault(.internalError, "\(error)")
        }
        let text = RPCCodec.encodeNotification(
            method: "subscription.end",
            parameters: JSON.serialize(end.node)
        )
        // The connection may be gone, and then there is nobody to tell.
        try? await send(text)
    }

    /// Sends events. `dropped` of them, before these, were merged away because the reader was slow.
    func send<Event: APIValue>(_ events: [Event], dropped: Int64 = 0, through send: Send) async throws {
        let seq = state.withLock { state in
            let first = state.seq + dropped
            state.seq = first + Int64(events.count)
            return first
        }
        let notice = SubscriptionEvents(
            subscription: id,
            seq: seq,
            events: events,
            dropped: dropped > 0 ? dropped : nil
        )
        try await send(
            RPCCodec.encodeNotification(method: "subscription.event", parameters: try JSON.encode(notice))
        )
    }
}
