/// A text that is no name of an image.
public struct ImageReferenceError: Error, Sendable, Hashable {
    /// What is wrong with the text.
    public enum Reason: Sendable, Hashable {
        case empty
        case tooLong
        case scheme
        case registry(String)
        case noRepository
        case uppercase(String)
        case pathComponent(String)
        case tag(String)
        case digest(DigestError)
        case identifier
    }

    /// The text that was read.
    public var text: String
    /// What is wrong with it.
    public var reason: Reason

    public init(text: String, reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension ImageReferenceError: CustomStringConvertible {
    public var description: String {
        let shown = text.count > 100 ? "\(text.prefix(100))…" : text
        let problem =
            switch reason {
            case .empty: "it is empty"
            case .tooLong: "it is too long"
            case .scheme: "an image name has no scheme such as https://"
            case .registry(let host): "\"\(host)\" is no registry host"
            case .noRepository: "it names a registry but no repository"
            case .uppercase(let part): "\"\(part)\": repository names are lower-case"
            case .pathComponent(let part): "\"\(part)\" is no part of a repository name"
            case .tag(let tag): "\"\(tag)\" is no tag"
            case .digest(let error): error.description
            case .identifier: "64 hexadecimal digits are an image identifier, not a name"
            }
        return "invalid image name \"\(shown)\": \(problem)"
    }
}
