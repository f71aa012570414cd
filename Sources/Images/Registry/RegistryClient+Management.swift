import HTTPClient
import OCISpec

/// Taking things out of a registry (distribution specification, "Content Management"). Registries may refuse all of it.
extension RegistryClient {
    /// Removes a tag and leaves the manifest.
    public func deleteTag(_ reference: ImageReference) async throws {
        let path = "manifests/\(reference.tag ?? ImageReference.defaultTag)"
        // Older ones read the tag as a digest and find it malformed.
        let status = try await delete(path, reference, subject: reference.description, tolerating: [400])
        if status == 400 { throw RegistryError(subject: reference.description, reason: .unsupported) }
    }

    /// Removes a manifest, and with it all tags that it has.
    public func deleteManifest(_ digest: Digest, in reference: ImageReference) async throws {
        try await delete("manifests/\(digest)", reference, subject: reference.pinned(to: digest).description)
    }

    /// Removes a blob from a repository.
    public func deleteBlob(_ digest: Digest, in reference: ImageReference) async throws {
        try await delete("blobs/\(digest)", reference, subject: "\(reference.name) blob \(digest.shortHex)")
    }

    @discardableResult
    private func delete(
        _ path: String,
        _ reference: ImageReference,
        subject: String,
        tolerating: Set<Int> = []
    ) async throws -> Int {
        let route = try primaryRoute(for: reference)
        let request = HTTPRequest(.delete, try await url(route, path), timeout: configuration.documentTimeout)
        return try await retrying {
            try await send(request, for: route, access: .delete, subject: subject, tolerating: tolerating).status
        }
    }

    /// Whether the registry of an image lets us in with what we have: for a login. Throws where it does not.
    public func checkAccess(to registry: String) async throws {
        // The repository is not looked at: only the front page is asked for.
        let reference = try ImageReference("\(registry)/swiftlet/login")
        let route = try primaryRoute(for: reference)
        let request = HTTPRequest(.get, try await base(route), timeout: configuration.documentTimeout, bodyLimit: 1 << 20)
        _ = try await retrying {
            try await send(request, for: route, access: RegistryAccess(actions: ""), subject: registry)
        }
    }
}
