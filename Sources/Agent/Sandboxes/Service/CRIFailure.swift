import CRISpec
import Glibc
import Linux
import PodEngine

/// Shorter than its full name, which every method throws.
typealias CRIFailure = CRI.Failure

extension CRI.Failure {
    init(_ failure: SandboxFailure) {
        let status: CRI.Status =
            switch failure.kind {
            case .hostPortConflict, .addressesExhausted, .noSpace: .resourceExhausted
            case .unknownNetwork: .invalidArgument
            case .other: .internal
            }
        self.init(status, failure.message)
    }

    init(_ failure: ContainerFailure) {
        let status: CRI.Status =
            switch failure.kind {
            case .notRunning: .failedPrecondition
            case .start: .invalidArgument
            case .noSpace: .resourceExhausted
            case .create, .other: .internal
            }
        self.init(status, failure.message)
    }

    init(_ failure: ImageFailure) {
        let status: CRI.Status =
            switch failure.kind {
            case .invalidName, .unknownUser: .invalidArgument
            case .notFound: .notFound
            case .unauthorized: .permissionDenied
            case .registryUnavailable: .unavailable
            case .corrupt: .failedPrecondition
            case .noSpace: .resourceExhausted
            case .signature, .other: .internal
            }
        // The kubelet tells it by these words at the beginning (internal/cri-api's ErrSignatureValidationFailed).
        self.init(status, (failure.kind == .signature ? "SignatureValidationFailed: " : "") + failure.message)
    }

    init(_ error: SystemError) {
        self.init(error.isDiskFull ? .resourceExhausted : .internal, error.description)
    }

    /// Of anything else.
    init(unexpected error: any Error) {
        switch error {
        case let error as CRI.Failure: self = error
        case let error as SandboxFailure: self.init(error)
        case let error as ContainerFailure: self.init(error)
        case let error as ImageFailure: self.init(error)
        case let error as SystemError: self.init(error)
        case is CancellationError: self.init(.canceled, "the call was cancelled")
        default: self.init(.internal, "\(error)")
        }
    }

    static func invalid(_ message: String) -> CRI.Failure { CRI.Failure(.invalidArgument, message) }
}

extension SystemError {
    fileprivate var isDiskFull: Bool { errno == ENOSPC || errno == EDQUOT }
}
