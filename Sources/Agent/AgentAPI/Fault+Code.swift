extension Fault {
    /// The class of a fault. A struct over a private enum, so that a new code breaks nobody's `switch`.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String, CaseIterable {
            case parseError, invalidRequest, methodNotFound, invalidParameters
            case notReady, unauthenticated, forbidden, rateLimited, timeout, cancelled
            case invalid, notFound, alreadyExists, conflict, failedPrecondition, resourceExhausted, unavailable
            case unsupported, internalError
        }

        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// The bytes are no JSON.
        public static let parseError = Code(.parseError)
        /// The JSON is no request.
        public static let invalidRequest = Code(.invalidRequest)
        public static let methodNotFound = Code(.methodNotFound)
        /// A parameter is unknown, missing or of the wrong type.
        public static let invalidParameters = Code(.invalidParameters)
        /// The agent is starting or stopping.
        public static let notReady = Code(.notReady)
        /// Nobody knows who calls.
        public static let unauthenticated = Code(.unauthenticated)
        /// The caller's role does not reach.
        public static let forbidden = Code(.forbidden)
        public static let rateLimited = Code(.rateLimited)
        /// The call took longer than it was given.
        public static let timeout = Code(.timeout)
        public static let cancelled = Code(.cancelled)
        /// The parameters are well formed and make no sense: a bad image reference, an unknown container.
        public static let invalid = Code(.invalid)
        public static let notFound = Code(.notFound)
        public static let alreadyExists = Code(.alreadyExists)
        public static let conflict = Code(.conflict)
        /// The subject is not in the state that the call needs: exec in a container that has ended.
        public static let failedPrecondition = Code(.failedPrecondition)
        /// A disk is full, a limit is reached.
        public static let resourceExhausted = Code(.resourceExhausted)
        /// Something that the agent depends on does not answer: a registry.
        public static let unavailable = Code(.unavailable)
        public static let unsupported = Code(.unsupported)
        /// A fault of the agent itself.
        public static let internalError = Code(.internalError)

        /// Every code there is.
        public static let all: [Code] = Value.allCases.map(Code.init)

        /// The code's name: `notFound`.
        public var description: String { value.rawValue }
    }
}

/// The table: code → JSON-RPC code → HTTP status → exit status of the command line → retryable.
extension Fault.Code {
    private typealias Row = (rpc: Int, http: Int, exit: Int32, retryable: Bool)

    private var row: Row {
        switch value {
        case .parseError: (-32700, 400, 1, false)
        case .invalidRequest: (-32600, 400, 1, false)
        case .methodNotFound: (-32601, 404, 1, false)
        case .invalidParameters: (-32602, 400, 2, false)
        case .notReady: (-32000, 503, 5, true)
        case .unauthenticated: (-32001, 401, 6, false)
        case .forbidden: (-32002, 403, 6, false)
        case .rateLimited: (-32003, 429, 1, true)
        case .timeout: (-32004, 504, 7, true)
        case .cancelled: (-32800, 499, 1, false)
        case .invalid: (1000, 422, 2, false)
        case .notFound: (1001, 404, 3, false)
        case .alreadyExists: (1002, 409, 4, false)
        case .conflict: (1003, 409, 4, false)
        case .failedPrecondition: (1004, 412, 1, false)
        case .resourceExhausted: (1005, 507, 1, true)
        case .unavailable: (1006, 503, 1, true)
        case .unsupported: (1007, 501, 1, false)
        case .internalError: (1008, 500, 1, false)
        }
    }

    /// The number in a JSON-RPC error: negative for the protocol and the server's state, positive for the domain.
    public var rpcCode: Int { row.rpc }
    /// The status where a fault answers an HTTP request that is no JSON-RPC call.
    public var httpStatus: Int { row.http }
    /// What the command line exits with: 1 failed, 2 usage, 3 not found, 4 conflict, 5 no agent, 6 denied, 7 timeout.
    public var exitStatus: Int32 { row.exit }
    public var isRetryable: Bool { row.retryable }

    /// The reason where nobody gives a better one: `NotFound`.
    public var defaultReason: String {
        let name = value.rawValue
        return name.prefix(1).uppercased() + name.dropFirst()
    }

    /// Finds a code by its JSON-RPC number. -32603, JSON-RPC's own "internal error", is the agent's 1008.
    public init?(rpcCode: Int) {
        if rpcCode == -32603 {
            self = .internalError
            return
        }
        guard let code = Fault.Code.all.first(where: { $0.rpcCode == rpcCode }) else { return nil }
        self = code
    }
}
