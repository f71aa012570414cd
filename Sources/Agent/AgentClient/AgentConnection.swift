import AgentAPI
import Glibc
import JSONCoding
import JSONRPC
import Linux

/// A connection to the agent. Blocking and for one thread: it belongs to command lines and tests.
public final class AgentConnection {
    public let endpoint: Endpoint
    /// How long an answer may take; nil for as long as it takes. Events of a subscription may always take their time.
    public var timeout: Duration?
    private let socket: Descriptor
    private var framer: LineFramer
    private let codec = RPCCodec(limits: .init(depth: 512, batch: .max))
    private var nextID: Int64 = 1

    /// Bytes of one message of the agent: a list of many pods is long.
    private static let messageLimit = 256 << 20

    /// Connects. A fault with exit status 5 says that no agent is there.
    public convenience init(_ endpoint: Endpoint, timeout: Duration? = nil) throws(Fault) {
        self.init(endpoint, over: try Self.dial(endpoint), timeout: timeout)
    }

    /// A connection to a socket of this machine. A fault with exit status 5 says that no agent is there.
    public static func dial(_ endpoint: Endpoint) throws(Fault) -> Descriptor {
        guard case .unix(let path) = endpoint else {
            throw Fault(.unsupported, "\(endpoint): a connection over TCP needs certificates")
        }
        do throws(SystemError) { return try UnixSocket.connect(path) } catch {
            throw AgentConnection.fault(of: error, endpoint)
        }
    }

    /// Takes a connection that somebody else has made: one over TLS looks like a socket here.
    public init(_ endpoint: Endpoint, over socket: consuming Descriptor, timeout: Duration? = nil) {
        self.endpoint = endpoint
        self.timeout = timeout
        self.socket = socket
        framer = LineFramer(limit: AgentConnection.messageLimit)
    }

    /// Calls a method and waits for its result.
    public func call<Request, Response>(
        _ method: Method<Request, Response>,
        _ parameters: Request
    ) throws(Fault) -> Response {
        try decode(Response.self, from: try request(method.name, try node(parameters)) { _ in })
    }

    /// Calls a method that takes no parameters.
    public func call<Response>(_ method: Method<NoParameters, Response>) throws(Fault) -> Response {
        try call(method, NoParameters())
    }

    /// Calls a method by name, for whoever has only that.
    public func call(_ method: String, _ parameters: JSONNode) throws(Fault) -> JSONNode {
        try request(method, parameters) { _ in }
    }

    /// Pulls an image and reports on the way.
    public func pull(
        _ request: ImagePullRequest,
        progress: (ImagePullProgress) -> Void
    ) throws(Fault) -> ImagePullResult {
        var parameters = try node(request)
        if case .object(let members) = parameters.value {
            let meta = JSONNode.Member(key: "_meta", value: ["progressToken": "pull"])
            parameters = JSONNode(.object(members + [meta]))
        }
        let result = try self.request(AgentMethods.imagePull.name, parameters) { notification in
            guard notification.method == "rpc.progress", let value = notification.parameters?["value"],
                // A phase that a newer agent knows is left out, not an error.
                let notice = try? JSON.decode(ImagePullProgress.self, from: value)
            else { return }
            progress(notice)
        }
        return try decode(ImagePullResult.self, from: result)
    }

    /// Starts a subscription and hands its events over until it ends, or until `handle` gives back false.
    public func subscribe<Request, Response, Event: APIValue>(
        _ method: Method<Request, Response>,
        _ parameters: Request,
        of event: Event.Type,
        until deadline: Monotonic? = nil,
        handle: (SubscriptionEvents<Event>) -> Bool
    ) throws(Fault) {
        let result = try request(method.name, try node(parameters)) { _ in }
        guard let id = result["subscription"]?.stringValue else {
            throw Fault(.internalError, "\(method.name) started no subscription")
        }
        try follow(id, of: event, until: deadline, handle: handle)
    }

    /// Hands the events of a subscription over that a call on this connection has started.
    ///
    /// - Parameter deadline: when to give up with `timeout`.
    public func follow<Event: APIValue>(
        _ id: String,
        of event: Event.Type,
        until deadline: Monotonic? = nil,
        handle: (SubscriptionEvents<Event>) -> Bool
    ) throws(Fault) {
        while true {
            let left = deadline.map { max(.zero, $0.since(.now)) }
            if left == .zero { throw Fault(.timeout, "timed out", reason: "DeadlineExceeded") }
            guard case .notification(let notification) = try receive(atMost: left),
                let parameters = notification.parameters, parameters["subscription"]?.stringValue == id
            else { continue }
            switch notification.method {
            case "subscription.event":
                if handle(try decode(SubscriptionEvents<Event>.self, from: parameters)) { continue }
                _ = try call(AgentMethods.subscriptionCancel, SubscriptionCancelRequest(subscription: id))
                return
            case "subscription.end":
                guard let end = SubscriptionEnd(parameters) else { return }
                if let fault = end.fault { throw fault }
                if end.reason == .shuttingDown {
                    throw Fault(.notReady, "the agent at \(endpoint) is stopping", reason: "ShuttingDown")
                }
                return
            default: continue
            }
        }
    }

    // MARK: Messages

    private func request(
        _ method: String,
        _ parameters: JSONNode,
        onNotification: (RPCRequest) -> Void
    ) throws(Fault) -> JSONNode {
        let id = RequestID.number(nextID)
        nextID += 1
        let text = RPCCodec.encode(RPCRequest(id: id, method: method, parameters: parameters))
        do throws(SystemError) {
            try UnixSocket.send(text + [UInt8(ascii: "\n")], to: socket)
        } catch {
            throw AgentConnection.fault(of: error, endpoint)
        }
        while true {
            switch try receive(atMost: timeout) {
            case .notification(let notification): onNotification(notification)
            case .batch: continue
            case .response(let response):
                guard response.id == id || response.id == nil else { continue }
                switch response.outcome {
                case .success(let result): return result
                case .failure(let error): throw Fault(error)
                }
            }
        }
    }

    private func receive(atMost timeout: Duration?) throws(Fault) -> RPCCodec.ServerMessage {
        while true {
            let line: [UInt8]?
            do throws(LineFramer.LineTooLong) { line = try framer.next() } catch {
                throw Fault(.resourceExhausted, "the agent's answer is longer than \(error.limit) bytes")
            }
            if let line {
                do throws(RPCError) { return try codec.decodeServerMessage(line) } catch {
                    throw Fault(.internalError, "the agent's answer cannot be read: \(error.message)")
                }
            }
            let bytes: [UInt8]
            do throws(SystemError) {
                if let timeout, try !UnixSocket.waitUntilReadable(socket, atMost: timeout) {
                    throw SystemError(call: "recv", errno: ETIMEDOUT, subject: "\(endpoint)")
                }
                bytes = try readSome()
            } catch {
                throw AgentConnection.fault(of: error, endpoint)
            }
            guard !bytes.isEmpty else {
                throw Fault(
                    .notReady,
                    "the agent at \(endpoint) closed the connection",
                    reason: "AgentGone",
                    hint: closedHint
                )
            }
            framer.append(bytes)
        }
    }

    private var closedHint: String {
        switch endpoint {
        case .unix: "it may be stopping or restarting: try again"
        // With TLS 1.3 a server looks at the client's certificate when the client is done.
        case .tcp: "it may not know the certificate's authority, or have no role for its names; or it is stopping"
        }
    }

    private func readSome() throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        var failure: SystemError?
        var count = 0
        buffer.withUnsafeMutableBytes { bytes in
            do throws(SystemError) { count = try socket.read(into: bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        buffer.removeSubrange(count...)
        return buffer
    }

    // MARK: Values

    private func node<Value: Encodable>(_ value: Value) throws(Fault) -> JSONNode {
        do { return try JSON.node(from: value) } catch {
            throw Fault(.invalid, "the parameters cannot be encoded: \(error)")
        }
    }

    private func decode<Value: Decodable>(_ type: Value.Type, from node: JSONNode) throws(Fault) -> Value {
        do throws(JSONTypeError) { return try JSON.decode(type, from: node) } catch {
            throw Fault(
                .internalError,
                "the agent's answer is not what was expected: \(error)",
                hint: "client and agent may be of different versions: see `swiftlet version`"
            )
        }
    }

    private static func fault(of error: SystemError, _ endpoint: Endpoint) -> Fault {
        switch error.errno {
        case ENOENT, ECONNREFUSED:
            Fault(
                .notReady,
                "no agent is listening on \(endpoint)",
                reason: "AgentUnreachable",
                hint: "start it with `swiftlet agent`, or say with --host or SWIFTLET_HOST where it is"
            )
        case EACCES, EPERM:
            Fault(
                .forbidden,
                "no permission to connect to \(endpoint)",
                reason: "PermissionDenied",
                hint: "run as root, join the socket's group, or use the read-only socket swiftlet-ro.sock"
            )
        case ETIMEDOUT, EAGAIN: Fault(.timeout, "the agent at \(endpoint) did not answer in time")
        case EPIPE, ECONNRESET: Fault(.notReady, "the agent at \(endpoint) closed the connection", reason: "AgentGone")
        default: Fault(.notReady, "\(error)", reason: "AgentUnreachable")
        }
    }
}
