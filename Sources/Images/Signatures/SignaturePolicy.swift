import JSONCoding
import OCISpec

/// What containers-policy.json(5) says of images: requirements by transport and scope.
public struct SignaturePolicy: Sendable, Hashable {
    /// What must hold for an image.
    public enum Requirement: Sendable, Hashable {
        case acceptAnything
        case reject
        /// A simple signature by one of the keys.
        case signedBy(KeyMaterial, SignedIdentity)
        /// A sigstore signature by one of the keys.
        case sigstoreSigned(KeyMaterial, SignedIdentity)
    }

    /// Public keys.
    public enum KeyMaterial: Sendable, Hashable {
        case files([String])
        case data([[UInt8]])
    }

    /// What applies to one image.
    public struct Terms: Sendable, Hashable {
        public var scope: String
        public var requirements: [Requirement]
    }

    var standard: [Requirement]
    var transports: [String: [String: [Requirement]]] = [:]

    /// A policy that lets everything in.
    public static let acceptingAnything = SignaturePolicy(standard: [.acceptAnything])

    init(standard: [Requirement]) { self.standard = standard }

    /// What the most specific scope says.
    ///
    /// - Parameter scopes: those that an image lies in, the nearest first.
    public func terms(transport: String, scopes: [String]) -> Terms {
        let all = transports[transport] ?? [:]
        for scope in scopes {
            if let found = all[scope] { return Terms(scope: "\(transport):\(scope)", requirements: found) }
        }
        if let found = all[""] { return Terms(scope: "\(transport):", requirements: found) }
        return Terms(scope: "default", requirements: standard)
    }
}

extension ImageReference {
    /// Itself as scopes name it, with tag or digest; the digest where there are both.
    package var identity: String { name + (digest.map { "@\($0)" } ?? tag.map { ":\($0)" } ?? "") }

    /// The scopes that it lies in, the nearest first: itself, repository, folders, registry, domains.
    package var scopes: [String] {
        var found = [identity]
        var rest = Substring(name)
        while true {
            found.append(String(rest))
            guard let slash = rest.lastIndex(of: "/") else { break }
            rest = rest[..<slash]
        }
        var host = registry.prefix { $0 != ":" }
        while let dot = host.firstIndex(of: ".") {
            host = host[host.index(after: dot)...]
            found.append("*.\(host)")
        }
        return found
    }
}
