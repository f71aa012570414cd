/// The name of an image as people write it, completed as docker does: `busybox` is
/// `docker.io/library/busybox:latest`.
public struct ImageReference: Sendable, Hashable {
    /// The registry, with its port where one is given: `docker.io`, `localhost:5000`, `[::1]:5000`.
    public let registry: String
    /// The path inside the registry: `library/busybox`.
    public let repository: String
    /// The tag, where one is given or implied.
    public let tag: String?
    /// The digest of the manifest, where one is given. It wins over the tag.
    public let digest: Digest?

    /// The registry of names that mention none.
    public static let defaultRegistry = "docker.io"
    /// The tag of names that have neither tag nor digest.
    public static let defaultTag = "latest"

    /// Reads a name, completing what it leaves out.
    public init(_ text: String) throws(ImageReferenceError) {
        func fail(_ reason: ImageReferenceError.Reason) -> ImageReferenceError {
            ImageReferenceError(text: text, reason: reason)
        }
        guard !text.isEmpty else { throw fail(.empty) }
        guard text.utf8.count <= 1024 else { throw fail(.tooLong) }
        // Not by contains("://"): it brings the engine of regular expressions into every program that links this.
        let afterColons = text.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
        guard !afterColons.contains(where: { $0.hasPrefix("//") }) else { throw fail(.scheme) }

        var rest = Substring(text)
        var digest: Digest?
        if let at = rest.firstIndex(of: "@") {
            do throws(DigestError) {
                digest = try Digest(String(rest[rest.index(after: at)...]))
            } catch {
                throw fail(.digest(error))
            }
            rest = rest[..<at]
        }
        var tag: String?
        // A colon after the last slash begins a tag; one before it belongs to the port of the registry.
        let lastSlash = rest.lastIndex(of: "/") ?? rest.startIndex
        if let colon = rest[lastSlash...].lastIndex(of: ":") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        }
        if let tag, !ReferenceGrammar.isTag(tag) { throw fail(.tag(tag)) }

        let (registry, repository) = Self.split(rest)
        guard ReferenceGrammar.isRegistry(registry) else { throw fail(.registry(registry)) }
        guard !repository.isEmpty else { throw fail(.noRepository) }
        guard repository.utf8.count <= 255 else { throw fail(.tooLong) }
        for component in repository.split(separator: "/", omittingEmptySubsequences: false) {
            guard ReferenceGrammar.isPathComponent(component) else {
                let hasUppercase = component.contains { $0.isUppercase }
                throw fail(hasUppercase ? .uppercase(String(component)) : .pathComponent(String(component)))
            }
        }
        // Docker keeps 64 hexadecimal digits for identifiers of images.
        guard !ReferenceGrammar.isIdentifier(rest) else { throw fail(.identifier) }

        self.registry = registry
        self.repository = repository
        self.tag = tag ?? (digest == nil ? Self.defaultTag : nil)
        self.digest = digest
    }

    private init(registry: String, repository: String, tag: String?, digest: Digest?) {
        self.registry = registry
        self.repository = repository
        self.tag = tag
        self.digest = digest
    }

    /// Registry and repository of a name without tag and digest.
    private static func split(_ name: Substring) -> (registry: String, repository: String) {
        var registry = defaultRegistry
        var repository = String(name)
        if let slash = name.firstIndex(of: "/") {
            let first = name[..<slash]
            if first.contains(where: { $0 == "." || $0 == ":" || $0.isUppercase }) || first == "localhost" {
                registry = String(first)
                repository = String(name[name.index(after: slash)...])
            }
        }
        if registry == "index.docker.io" || registry == "registry-1.docker.io" { registry = defaultRegistry }
        if registry == defaultRegistry, !repository.isEmpty, !repository.contains("/") {
            repository = "library/\(repository)"
        }
        return (registry, repository)
    }

    /// The name without tag and digest.
    public var name: String { "\(registry)/\(repository)" }

    /// The same image by its digest alone.
    public func pinned(to digest: Digest) -> ImageReference {
        ImageReference(registry: registry, repository: repository, tag: nil, digest: digest)
    }

    /// What a registry is asked for: the digest if there is one, else the tag.
    public var manifestName: String { digest?.description ?? tag ?? Self.defaultTag }

    /// The name as people write it: without what docker completes by itself.
    public var familiarName: String {
        let text = description
        for prefix in ["\(Self.defaultRegistry)/library/", "\(Self.defaultRegistry)/"] where text.hasPrefix(prefix) {
            let short = String(text.dropFirst(prefix.count))
            // A folder with a dot would be taken for a registry. What is no name at all is not the same one either.
            if (try? ImageReference(short)) == self { return short }
        }
        return text
    }
}

extension ImageReference: CustomStringConvertible {
    public var description: String {
        name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}
