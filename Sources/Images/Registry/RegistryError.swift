import HTTPClient
import OCISpec

/// Something that a registry did not give us.
public struct RegistryError: Error, Sendable {
    /// What went wrong.
    public enum Reason: Sendable {
        /// No answer: not resolved, refused, timed out, no secure connection, broken off.
        case unreachable(HTTPError)
        case notFound
        case unauthorized
        case denied
        case rateLimited
        case serverError(status: Int)
        case unexpectedStatus(Int)
        case digestMismatch(expected: Digest, actual: Digest)
        case sizeMismatch(expected: Int64, actual: Int64)
        /// The document is larger than is sensible.
        case tooLarge(limit: Int64)
        case invalidManifest(ImageManifestError)
        case invalidConfiguration(String)
        case noMatchingPlatform(Platform, offered: [Platform])
        /// A challenge or a token that we cannot use.
        case authenticationProtocol(String)
        /// The machine's configuration forbids to ask.
        case blocked(prefix: String)
        /// The machine's configuration leads to what is no name.
        case badRewrite(String)
        /// The machine's configuration cannot be used.
        case badRegistries(String)
        /// The certificates for the registry cannot be used.
        case badCertificates(String)
        /// The registry does not do what was asked.
        case unsupported
        /// An answer that the specification does not allow.
        case badAnswer(String)
    }

    /// What was asked for: the image's name, or name and blob.
    public var subject: String
    public var reason: Reason
    /// What the registry said about it.
    public var serverMessage: String?
    /// How long the registry asks us to wait.
    var retryAfter: Duration?

    public init(subject: String, reason: Reason, serverMessage: String? = nil) {
        self.subject = subject
        self.reason = reason
        self.serverMessage = serverMessage
    }

    /// Whether the same request may well succeed a moment later.
    var isTransient: Bool {
        switch reason {
        case .unreachable(let error): error.isTransient
        case .rateLimited: true
        case .serverError(let status): status != 501 && status != 505
        case .unexpectedStatus(let status): status == 408
        default: false
        }
    }
}

extension RegistryError: CustomStringConvertible {
    public var description: String {
        let problem =
            switch reason {
            case .unreachable(let error): "the registry cannot be reached: \(error.message)"
            case .notFound: "not found"
            case .unauthorized: "the registry wants other credentials"
            case .denied: "access denied"
            case .rateLimited: "too many requests"
            case .serverError(let status): "the registry failed with status \(status)"
            case .unexpectedStatus(let status): "the registry answered with status \(status)"
            case .digestMismatch(let expected, let actual):
                "content with the digest \(actual) came where \(expected) was asked for"
            case .sizeMismatch(let expected, let actual): "\(actual) bytes came where \(expected) were announced"
            case .tooLarge(let limit): "larger than \(limit) bytes"
            case .invalidManifest(let error): error.description
            case .invalidConfiguration(let text): "the configuration is unusable: \(text)"
            case .noMatchingPlatform(let platform, let offered):
                "no image for \(platform)" + (offered.isEmpty ? "" : ", only for \(Self.list(offered))")
            case .authenticationProtocol(let text): "authentication: \(text)"
            case .blocked(let prefix): "registries.conf blocks \(prefix)"
            case .badRewrite(let text): "registries.conf leads to what is no image name: \(text)"
            case .badRegistries(let text): text
            case .badCertificates(let text): "its certificates are unusable: \(text)"
            case .unsupported: "the registry does not support this"
            case .badAnswer(let text): "the registry's answer is unusable: \(text)"
            }
        return "\(subject): \(problem)" + (serverMessage.map { " (\($0))" } ?? "")
    }

    private static func list(_ platforms: [Platform]) -> String {
        platforms.prefix(8).map(\.description).joined(separator: ", ") + (platforms.count > 8 ? ", …" : "")
    }
}
