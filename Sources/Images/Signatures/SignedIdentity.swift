import OCISpec

/// A name of an image that may be of a repository only: without a tag, none is implied.
public struct SignedName: Sendable, Hashable {
    /// Completed with registry and folder, without tag and digest.
    let name: String
    /// The whole of it; nil where it is of a repository only.
    let full: String?

    var isNameOnly: Bool { full == nil }

    /// Nil for what is no name.
    public init?(_ text: String) {
        // Why it is none is of no use to whoever compares.
        guard let reference = try? ImageReference(text) else { return nil }
        let last = text.lastIndex(of: "/").map { text[text.index(after: $0)...] } ?? Substring(text)
        name = reference.name
        full = last.contains { $0 == ":" || $0 == "@" } ? reference.description : nil
    }
}

/// Whether the name in a signature is one for an image (containers-policy.json(5), `signedIdentity`).
public enum SignedIdentity: Sendable, Hashable {
    case matchExact
    case matchRepoDigestOrExact
    case matchRepository
    case exactReference(SignedName)
    case exactRepository(SignedName)
    case remapIdentity(prefix: String, signedPrefix: String)

    /// Whether an image that was asked for as `intended` may have a signature over this name.
    public func accepts(_ signed: SignedName, for intended: ImageReference) -> Bool {
        switch self {
        case .matchExact: signed.full == intended.identity
        case .matchRepoDigestOrExact: Self.matches(signed, intended)
        case .matchRepository: signed.name == intended.name
        case .exactReference(let wanted): wanted.full != nil && signed.full == wanted.full
        case .exactRepository(let wanted): signed.name == wanted.name
        case .remapIdentity(let prefix, let signedPrefix):
            // What the prefix makes no name of matches nothing.
            Self.remapped(intended, prefix, signedPrefix).map { Self.matches(signed, $0) } ?? false
        }
    }

    private static func matches(_ signed: SignedName, _ intended: ImageReference) -> Bool {
        intended.digest != nil ? signed.name == intended.name : signed.full == intended.identity
    }

    private static func remapped(_ intended: ImageReference, _ prefix: String, _ signedPrefix: String) -> ImageReference? {
        let text = intended.identity
        guard text.hasPrefix(prefix) else { return intended }
        let rest = text.dropFirst(prefix.count)
        // `host` is no prefix of `host:5000`; a repository is one of its tags and digests.
        let ends: [Character] = prefix.contains("/") ? ["/", ":", "@"] : ["/"]
        guard let next = rest.first, ends.contains(next) else { return intended }
        return try? ImageReference(signedPrefix + rest)
    }

    /// Whether a text can be a prefix: a host, or a repository or folder without tag and digest.
    static func isPrefix(_ text: String) -> Bool {
        guard !text.contains("@"), let probe = try? ImageReference("\(text)/probe") else { return false }
        return probe.name == "\(text)/probe"
    }
}
