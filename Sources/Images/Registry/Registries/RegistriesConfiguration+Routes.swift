import OCISpec

/// One place where an image is asked for.
package struct RegistryRoute: Sendable, Hashable {
    /// The name of the image there.
    package var reference: ImageReference
    /// Whether neither the certificate is looked at nor plain http refused.
    package var isInsecure = false
    package var isMirror = false
}

extension RegistriesConfiguration {
    /// Where an image is pulled from: the mirrors, then its own registry, or what that is rewritten to.
    package func routes(for reference: ImageReference) throws(RegistryError) -> [RegistryRoute] {
        guard let entry = entry(for: reference) else { return [RegistryRoute(reference: reference)] }
        guard entry.blocked != true else {
            throw RegistryError(subject: reference.description, reason: .blocked(prefix: entry.scope))
        }
        var routes: [RegistryRoute] = []
        for mirror in entry.mirror ?? [] {
            let kind = entry.mirrorByDigestOnly == true ? .digestOnly : mirror.pullFrom ?? .all
            guard kind == .all || (kind == .digestOnly) == (reference.digest != nil) else { continue }
            routes.append(
                RegistryRoute(
                    reference: try rewrite(reference, entry.scope, to: mirror.location),
                    isInsecure: mirror.insecure ?? false,
                    isMirror: true
                )
            )
        }
        return routes + [try primary(reference, entry)]
    }

    /// Where an image is pushed to: its own registry, or what that is rewritten to.
    func primaryRoute(for reference: ImageReference) throws(RegistryError) -> RegistryRoute {
        guard let entry = entry(for: reference) else { return RegistryRoute(reference: reference) }
        guard entry.blocked != true else {
            throw RegistryError(subject: reference.description, reason: .blocked(prefix: entry.scope))
        }
        return try primary(reference, entry)
    }

    private func primary(_ reference: ImageReference, _ entry: RegistriesFile.Entry) throws(RegistryError) -> RegistryRoute {
        let target = entry.location.flatMap { $0.isEmpty ? nil : $0 }
        return RegistryRoute(
            reference: try target.map { location throws(RegistryError) in try rewrite(reference, entry.scope, to: location) } ?? reference,
            isInsecure: entry.insecure ?? false
        )
    }

    /// The entry with the longest prefix of the image's name.
    private func entry(for reference: ImageReference) -> RegistriesFile.Entry? {
        entries.filter { Self.holds($0.scope, reference) }.max { $0.scope.utf8.count < $1.scope.utf8.count }
    }

    /// Whether a prefix (`host`, `host/path`, `host/path:tag`, `*.domain`) is one of a name.
    private static func holds(_ scope: String, _ reference: ImageReference) -> Bool {
        if scope.hasPrefix("*.") {
            // Any name below the domain, without a path.
            return reference.registry.split(separator: ":")[0].hasSuffix(scope.dropFirst())
                || reference.registry.hasSuffix(scope.dropFirst())
        }
        let name = reference.description
        guard name.hasPrefix(scope) else { return false }
        guard let next = name.utf8.dropFirst(scope.utf8.count).first else { return true }
        // A port is a part of the host: `host` is no prefix of `host:5000`.
        if !scope.contains("/") { return next == UInt8(ascii: "/") }
        return "/:@".utf8.contains(next)
    }

    private func rewrite(_ reference: ImageReference, _ scope: String, to location: String) throws(RegistryError) -> ImageReference {
        let name = reference.description
        let rest = scope.hasPrefix("*.") ? name.dropFirst(reference.registry.count) : name.dropFirst(scope.count)
        do {
            return try ImageReference(location + rest)
        } catch {
            throw RegistryError(subject: name, reason: .badRewrite("\(location)\(rest): \(error)"))
        }
    }

    /// What a name may stand for: of one without a registry what its alias says, or the registries that are searched.
    public func candidates(for name: String) throws(ImageReferenceError) -> [ImageReference] {
        let plain = try ImageReference(name)
        guard Self.isShort(name) else { return [plain] }
        let bare = String(name.prefix { $0 != ":" && $0 != "@" })
        let rest = name.dropFirst(bare.count)
        if let alias = aliases[bare] { return [try ImageReference(alias + rest)] }
        guard !searched.isEmpty else { return [plain] }
        var found: [ImageReference] = []
        for registry in searched { found.append(try ImageReference("\(registry)/\(name)")) }
        return found
    }

    /// Whether a name leaves its registry out.
    private static func isShort(_ name: String) -> Bool {
        guard let slash = name.firstIndex(of: "/") else { return true }
        let first = name[..<slash]
        return first != "localhost" && !first.contains { $0 == "." || $0 == ":" || $0.isUppercase }
    }
}
