import CRISpec
import JSONCoding

/// The table between the agent's faults and gRPC's statuses, by which clients of CRI tell failures apart. Faults of CRI's methods carry
/// the status in `data.details`: `{"grpcCode": 5, "grpcStatus": "NOT_FOUND"}`.
///
/// | fault | gRPC | | fault | gRPC |
/// |---|---|---|---|---|
/// | invalidParameters, invalid, invalidRequest, parseError | 3 INVALID_ARGUMENT | | failedPrecondition | 9 FAILED_PRECONDITION |
/// | notFound | 5 NOT_FOUND | | conflict | 10 ABORTED |
/// | alreadyExists | 6 ALREADY_EXISTS | | unsupported, methodNotFound | 12 UNIMPLEMENTED |
/// | forbidden | 7 PERMISSION_DENIED | | internalError | 13 INTERNAL |
/// | unauthenticated | 16 UNAUTHENTICATED | | unavailable, notReady | 14 UNAVAILABLE |
/// | timeout | 4 DEADLINE_EXCEEDED | | resourceExhausted, rateLimited | 8 RESOURCE_EXHAUSTED |
/// | cancelled | 1 CANCELLED | | | |
extension Fault.Code {
    public var status: CRI.Status {
        switch self {
        case .parseError, .invalidRequest, .invalidParameters, .invalid: .invalidArgument
        case .methodNotFound, .unsupported: .unimplemented
        case .notReady, .unavailable: .unavailable
        case .unauthenticated: .unauthenticated
        case .forbidden: .permissionDenied
        case .rateLimited, .resourceExhausted: .resourceExhausted
        case .timeout: .deadlineExceeded
        case .cancelled: .canceled
        case .notFound: .notFound
        case .alreadyExists: .alreadyExists
        case .conflict: .aborted
        case .failedPrecondition: .failedPrecondition
        default: .internal
        }
    }

    public init(of status: CRI.Status) {
        switch status {
        case .canceled: self = .cancelled
        case .invalidArgument, .outOfRange: self = .invalid
        case .deadlineExceeded: self = .timeout
        case .notFound: self = .notFound
        case .alreadyExists: self = .alreadyExists
        case .permissionDenied: self = .forbidden
        case .resourceExhausted: self = .resourceExhausted
        case .failedPrecondition: self = .failedPrecondition
        case .aborted: self = .conflict
        case .unimplemented: self = .unsupported
        case .unavailable: self = .unavailable
        case .unauthenticated: self = .unauthenticated
        case .internal, .unknown, .dataLoss: self = .internalError
        }
    }
}

extension Fault {
    /// The fault with its gRPC status among its details.
    public var withStatus: Fault {
        var fault = self
        let status = code.status
        var members = details?.members ?? []
        members.append(JSONNode.Member(key: "grpcCode", value: JSONNode(Int64(status.rawValue))))
        members.append(JSONNode.Member(key: "grpcStatus", value: JSONNode(status.name)))
        fault.details = JSONNode(.object(members))
        return fault
    }

    public init(_ failure: CRI.Failure) { self.init(Code(of: failure.status), failure.message) }
}
