extension CRI {
    /// The status of a call that failed, as gRPC numbers them.
    public enum Status: Int, Sendable, Hashable, CaseIterable {
        case canceled = 1
        case unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied, resourceExhausted
        case failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss, unauthenticated
    }

    /// Why a call failed.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var status: Status
        public var message: String

        public init(_ status: Status, _ message: String) {
            self.status = status
            self.message = message
        }

        public var description: String { message }
    }
}

extension CRI.Status {
    /// As gRPC's documents write it: `NOT_FOUND`. (gRPC spells `CANCELLED` with two Ls.)
    public var name: String {
        switch self {
        case .canceled: "CANCELLED"
        case .unknown: "UNKNOWN"
        case .invalidArgument: "INVALID_ARGUMENT"
        case .deadlineExceeded: "DEADLINE_EXCEEDED"
        case .notFound: "NOT_FOUND"
        case .alreadyExists: "ALREADY_EXISTS"
        case .permissionDenied: "PERMISSION_DENIED"
        case .resourceExhausted: "RESOURCE_EXHAUSTED"
        case .failedPrecondition: "FAILED_PRECONDITION"
        case .aborted: "ABORTED"
        case .outOfRange: "OUT_OF_RANGE"
        case .unimplemented: "UNIMPLEMENTED"
        case .internal: "INTERNAL"
        case .unavailable: "UNAVAILABLE"
        case .dataLoss: "DATA_LOSS"
        case .unauthenticated: "UNAUTHENTICATED"
        }
    }
}
