import AgentAPI

/// The methods that answer with a token: each prepares a session and keeps it for its caller.
struct StreamMethods: Sendable {
    let backend: any StreamBackend
    let tokens: StreamTokens

    func add(to router: inout MethodRouter) {
        let backend = backend
        serve(AgentMethods.podExecStream, in: &router) { request async throws(Fault) in try await backend.openExec(request) }
        serve(AgentMethods.podAttach, in: &router) { request async throws(Fault) in try await backend.openAttach(request) }
        serve(AgentMethods.podPortForward, in: &router) { request async throws(Fault) in
            try await backend.openPortForward(request)
        }
        serve(AgentMethods.podCopyIn, in: &router) { request async throws(Fault) in try await backend.openCopyIn(request) }
        serve(AgentMethods.podCopyOut, in: &router) { request async throws(Fault) in try await backend.openCopyOut(request) }
    }

    private func serve<Request>(
        _ method: Method<Request, StreamTicket>,
        in router: inout MethodRouter,
        _ prepare: @escaping @Sendable (Request) async throws(Fault) -> any StreamSession
    ) {
        let tokens = tokens
        router.serve(method) { call async throws(Fault) in
            try tokens.issue(try await prepare(call.parameters), to: call.connection.peer)
        }
    }
}
