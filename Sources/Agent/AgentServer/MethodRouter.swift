import AgentAPI
import JSONCoding
import JSONRPC

/// What a handler knows of the call that it serves.
struct CallContext: Sendable {
    var connection: Connection
}

/// Puts the methods of the table and their handlers together: role, parameters, deadline and cancellation are dealt with
/// here once for all.
struct MethodRouter: Sendable {
    typealias Dispatcher = RPCDispatcher<CallContext>

    /// A call as its handler sees it.
    struct Call<Request: Sendable>: Sendable {
        var parameters: Request
        /// `params._meta`.
        var meta: JSONNode?
        var connection: Connection
    }

    var handlers: [String: Dispatcher.Handler] = [:]
    /// Told of each call: the method, nil or the code of its fault, and how long it took.
    private let note: @Sendable (String, Fault.Code?, Duration) -> Void

    init(note: @escaping @Sendable (String, Fault.Code?, Duration) -> Void = { _, _, _ in }) {
        self.note = note
    }

    /// Serves a method that has nothing to wait for and reads nothing but memory: on the thread that has read the call, which
    /// moves everybody's bytes.
    mutating func serve<Request, Response>(
        _ method: Method<Request, Response>,
        atOnce body: @escaping @Sendable (Call<Request>) throws(Fault) -> Response
    ) {
        handle(method) { (call, id) async throws(Fault) in
            let token = try MethodRouter.begin(call, id) {}
            defer { call.connection.end(token, id) }
            return (try MethodRouter.encode(try body(call)), nil)
        }
    }

    /// Serves a method whose answer is all there is.
    mutating func serve<Request, Response>(
        _ method: Method<Request, Response>,
        _ body: @escaping @Sendable (Call<Request>) async throws(Fault) -> Response
    ) {
        serve(method) { (call) async throws(Fault) -> (Response, (@Sendable () async -> Void)?) in
            (try await body(call), nil)
        }
    }

    /// Serves a method whose answer may be followed by more.
    mutating func serve<Request, Response>(
        _ method: Method<Request, Response>,
        _ body: @escaping @Sendable (Call<Request>) async throws(Fault) -> (Response, (@Sendable () async -> Void)?)
    ) {
        serveText(method) { (call) async throws(Fault) -> (Text, (@Sendable () async -> Void)?) in
            let (response, followUp) = try await body(call)
            return (try MethodRouter.encode(response), followUp)
        }
    }

    /// A result as JSON text.
    typealias Text = [UInt8]

    /// Serves a method whose result is made as JSON text: a big one of parts that have not changed since they were
    /// encoded.
    mutating func serveText<Request, Response>(
        _ method: Method<Request, Response>,
        _ body: @escaping @Sendable (Call<Request>) async throws(Fault) -> (Text, (@Sendable () async -> Void)?)
    ) {
        handle(method) { (call, id) async throws(Fault) in try await MethodRouter.run(call, id: id, body) }
    }

    private mutating func handle<Request, Response>(
        _ method: Method<Request, Response>,
        _ answer: @escaping @Sendable (Call<Request>, RequestID?) async throws(Fault) -> (Text, (@Sendable () async -> Void)?)
    ) {
        let description = method.description
        let note = note
        handlers[method.name] = { request, context in
            let begun = ContinuousClock.now
            do throws(Fault) {
                // Before anything else of the request is looked at.
                try MethodRouter.authorise(description, context.connection.peer)
                let node = try description.checkParameters(request.parameters)
                let parameters: Request
                do throws(JSONTypeError) {
                    parameters = try JSON.decode(Request.self, from: node)
                } catch {
                    throw Fault(.invalidParameters, "\(error)")
                }
                let call = Call(
                    parameters: parameters,
                    meta: request.parameters?["_meta"],
                    connection: context.connection
                )
                let (text, followUp) = try await answer(call, request.id)
                note(description.name, nil, ContinuousClock.now - begun)
                return RPCOutcome(.success(text), followUp: followUp)
            } catch {
                note(description.name, error.code, ContinuousClock.now - begun)
                return RPCOutcome(.failure(error.rpcError))
            }
        }
    }

    private static func authorise(_ method: MethodDescription, _ peer: Peer) throws(Fault) {
        guard peer.role >= method.role else {
            throw Fault(
                .forbidden,
                "\(method.name) needs the role \(method.role.rawValue); this connection has \(peer.role.rawValue)",
                hint: "use the main socket, as root or as a member of its group"
            )
        }
    }

    private static func encode<Response: APIValue>(_ response: Response) throws(Fault) -> [UInt8] {
        do {
            return try JSON.encode(response)
        } catch {
            throw Fault(.internalError, "the result cannot be encoded: \(error)")
        }
    }

    private static func begin<Request>(
        _ call: Call<Request>,
        _ id: RequestID?,
        cancel: @escaping Connection.Cancel
    ) throws(Fault) -> UInt64 {
        guard let token = call.connection.begin(id, cancel: cancel) else {
            throw Fault(.invalidRequest, "the id is in use by a call under way", reason: "DuplicateID")
        }
        return token
    }

    /// Runs a handler so that `rpc.cancel`, the deadline and the end of the connection reach it.
    private static func run<Request, Value: Sendable>(
        _ call: Call<Request>,
        id: RequestID?,
        _ body: @escaping @Sendable (Call<Request>) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        let canceller = CallCanceller()
        let token = try begin(call, id) { canceller.cancel() }
        defer { call.connection.end(token, id) }
        // A task of its own: cancelling it ends this call, not the batch or the connection that it came with. On the pool: it may
        // take long, and wait for the disk.
        let work = Task(executorPreference: globalConcurrentExecutor) { () async -> Result<Value, Fault> in
            do throws(Fault) {
                return .success(try await body(call))
            } catch {
                return .failure(error)
            }
        }
        canceller.set { work.cancel() }
        guard let deadline = call.meta?["timeoutMs"]?.integerValue else {
            let result = await withTaskCancellationHandler { await work.value } onCancel: { work.cancel() }
            return try result.get()
        }
        let isLate = Flag()
        let result = await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Cancelled when the call is done in time.
                    guard (try? await Task.sleep(for: .milliseconds(max(0, deadline)))) != nil else { return }
                    isLate.raise()
                    work.cancel()
                }
                let result = await work.value
                group.cancelAll()
                return result
            }
        } onCancel: {
            work.cancel()
        }
        if case .failure(let fault) = result, fault.code == .cancelled, isLate.isRaised {
            throw Fault(.timeout, "the call took longer than \(deadline) ms", reason: "DeadlineExceeded")
        }
        return try result.get()
    }
}
