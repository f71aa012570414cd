import Archive
import Glibc
import HTTPClient
import Linux
import OCISpec
import Registry
import Signatures

extension ImageError {
    /// What an error from below means for an image. Cancellation stays what it is.
    static func mapping(_ error: any Error, image: String) -> any Error {
        switch error {
        case is ImageError, is CancellationError:
            error
        case let error as ImageReferenceError:
            ImageError(.invalidReference, image: image, message: error.description)
        case let error as SignatureRefusal:
            ImageError(.signatureRefused, image: image, message: error.description)
        case let error as RegistryError:
            ImageError(kind(of: error), image: image, message: error.description)
        case let error as ArchiveError:
            ImageError(.invalidImage, image: image, message: error.description)
        case let error as ImageManifestError:
            ImageError(.invalidImage, image: image, message: error.description)
        case let error as SystemError:
            ImageError(
                isDiskFull(error) ? .diskFull : .storage,
                image: image,
                message: isDiskFull(error) ? "no space left for the image (\(error))" : error.description
            )
        case let error as HTTPError:
            ImageError(.unreachable, image: image, message: error.description)
        default:
            ImageError(.storage, image: image, message: "\(error)")
        }
    }

    private static func isDiskFull(_ error: SystemError) -> Bool {
        error.errno == ENOSPC || error.errno == EDQUOT
    }

    private static func kind(of error: RegistryError) -> Kind {
        switch error.reason {
        case .unreachable: .unreachable
        case .notFound: .notFound
        case .unauthorized, .denied, .authenticationProtocol, .blocked: .unauthorized
        case .rateLimited, .serverError, .unexpectedStatus, .unsupported, .badAnswer, .badRewrite, .badRegistries, .badCertificates:
            .registryFailure
        case .digestMismatch, .sizeMismatch: .digestMismatch
        case .tooLarge, .invalidManifest, .invalidConfiguration: .invalidImage
        case .noMatchingPlatform: .noMatchingPlatform
        }
    }
}
