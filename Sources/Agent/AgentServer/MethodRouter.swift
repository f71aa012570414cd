import AgentAPI
import JSONCoding
import JSONRPC
import Logging

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

    private(set) var handlers: [String: Dispatcher.Handler] = [:]
    let log: Logger

    init(log: Logger) {
        self.log = log
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
        let description = method.description
        let log = log
        handlers[method.name] = { request, context in
            do throws(Fault) {
                // Before anything else of the request is looked at.
                try MethodRouter.authorise(description, context.connection.peer)
                if description.role == .admin {
                    log.info(
                        "call",
                        metadata: ["method": "\(description.name)", "peer": "\(context.connection.peer)"]
                    )
                }
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
                let (response, followUp) = try await MethodRouter.run(call, id: request.id, body)
                return RPCOutcome(.success(try MethodRouter.encode(response)), followUp: followUp)
            } catch {
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

    /// Runs a handler so that `rpc.cancel`, the deadline and the end of the connection reach it.
    private static func run<Request, Value: Sendable>(
        _ call: Call<Request>,
        id: RequestID?,
        _ body: @escaping @Sendable (Call<Request>) async throws(Fault) -> Value
    ) async throws(Fault) -> Value {
        // A task of its own: cancelling it ends this call, not the batch or the connection that it came with.
        let work = Task { () async -> Result<Value, Fault> in
            do throws(Fault) {
                return .success(try await body(call))
            } catch {
                return .failure(error)
            }
        }
        guard let token = call.connection.begin(id, cancel: { work.cancel() }) else {
            work.cancel()
            throw Fault(.invalidRequest, "the id is in use by a call under way", reason: "DuplicateID")
        }
        defer { call.connection.end(token, id) }
        let isLate = Flag()
        let deadline = call.meta?["timeoutMs"]?.integerValue
        let result = await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                if let deadline {
                    group.addTask {
                        // Cancelled when the call is done in time.
                        guard (try? await Task.sleep(for: .milliseconds(max(0, deadline)))) != nil else { return }
                        isLate.raise()
                        work.cancel()
                    }
                }
                let result = await work.value
                group.cancelAll()
                return result
            }
        } onCancel: {
            work.cancel()
        }
        if case .failure(let fault) = result, fault.code == .cancelled, isLate.isRaised {
            throw Fault(.timeout, "the call took longer than \(deadline ?? 0) ms", reason: "DeadlineExceeded")
        }
        return try result.get()
    }
}
