import AgentAPI
import CRISpec
import JSONCoding
import JSONRPC

/// CRI's methods over JSON-RPC: messages in, messages out, streams as subscriptions.
struct CRIServing: Sendable {
    /// Nil where nobody serves CRI: every call is refused then.
    let services: (any CRI.Services)?
    /// For the streams that a call prepares.
    let tokens: StreamTokens

    func add(to router: inout MethodRouter) {
        for (method, description) in zip(CRI.methods, AgentMethods.cri) {
            switch method.handler {
            case .unary(let body): addCall(description, body, to: &router)
            case .stream(let body): addStream(description, body, to: &router)
            }
            router.mapFailures(of: description.name)
        }
    }

    private func addCall(
        _ description: MethodDescription,
        _ body: @escaping @Sendable (any CRI.Services, JSONNode) async throws(CRI.Failure) -> JSONNode,
        to router: inout MethodRouter
    ) {
        router.serve(Method<CRICall, CRICall>(cri: description)) { call async throws(Fault) -> CRICall in
            let services = try available()
            let caller = CRICaller(tokens: tokens, peer: call.connection.peer)
            return try await caller.whileCalling { () async throws(Fault) in
                do throws(CRI.Failure) { return CRICall(try await body(services, call.parameters.node)) } catch {
                    throw Fault(error)
                }
            }
        }
    }

    private func addStream(
        _ description: MethodDescription,
        _ body: @escaping @Sendable (any CRI.Services, JSONNode) async throws(CRI.Failure) -> CRI.Method.Nodes,
        to router: inout MethodRouter
    ) {
        router.serve(Method<CRICall, SubscriptionStarted>(cri: description)) {
            call async throws(Fault) -> (SubscriptionStarted, (@Sendable () async -> Void)?) in
            guard let send = call.connection.notify else { throw .noNotifications }
            let services = try available()
            let messages: CRI.Method.Nodes
            do throws(CRI.Failure) { messages = try await body(services, call.parameters.node) } catch {
                throw Fault(error)
            }
            let connection = call.connection
            let subscription = connection.makeSubscription()
            let followUp: @Sendable () async -> Void = {
                await subscription.run(send: send) { subscription, send in
                    try await Self.pump(messages, subscription, send)
                }
                connection.remove(subscription)
            }
            return (SubscriptionStarted(subscription: subscription.id), followUp)
        }
    }

    /// Ends when the stream does, or when the connection takes no more. What the stream has dropped for a slow reader shows as a gap
    /// in its numbers.
    private static func pump(
        _ messages: CRI.Method.Nodes,
        _ subscription: Subscription,
        _ send: Subscription.Send
    ) async throws {
        var expected: Int64 = 1
        for await message in messages {
            try await subscription.send([CRICall(message.value)], dropped: message.number - expected, through: send)
            expected = message.number + 1
        }
    }

    private func available() throws(Fault) -> any CRI.Services {
        guard let services else { throw Fault(.unsupported, "this agent serves no CRI", reason: "NoCRI") }
        return services
    }
}

extension MethodRouter {
    /// Gives all failures of a method their gRPC status, wherever they come from.
    fileprivate mutating func mapFailures(of name: String) {
        guard let handler = handlers[name] else { return }
        handlers[name] = { request, context in
            var outcome = await handler(request, context)
            if case .failure(let error) = outcome.result { outcome.result = .failure(Fault(error).withStatus.rpcError) }
            return outcome
        }
    }
}
