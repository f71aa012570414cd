import AgentAPI

/// Who calls the method of CRI that is served by the current task. A method such as `Exec` answers with a URL and not with a ticket, so
/// that what makes the URL has to know whose the stream is, although CRI's services know of no callers.
public struct CRICaller: Sendable {
    @TaskLocal private static var current: CRICaller?

    let tokens: StreamTokens
    let peer: Peer

    /// Keeps a session for the caller. `unavailable` outside of a call.
    public static func issue(_ session: any StreamSession) throws(Fault) -> StreamTicket {
        guard let current else { throw Fault(.unavailable, "no method of CRI is being served") }
        return try current.tokens.issue(session, to: current.peer)
    }

    func whileCalling<Value: Sendable>(
        _ body: @Sendable () async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        // `withValue` rethrows without the type.
        let result: Result<Value, Fault> = await Self.$current.withValue(self) {
            do throws(Fault) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
