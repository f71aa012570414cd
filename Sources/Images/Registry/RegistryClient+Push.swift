import HTTPClient
import OCISpec

/// Where the bytes of a blob are that goes to a registry.
public enum BlobContent: Sendable {
    case bytes([UInt8])
    /// A file that has the blob and nothing else, and that does not change meanwhile.
    case file(String)
}

/// How a blob got to a registry.
public enum BlobArrival: Sendable, Hashable {
    /// It was there.
    case present
    /// Another repository of the registry had it.
    case mounted
    case uploaded
}

extension RegistryClient {
    /// Whether a repository has a blob, by a HEAD request.
    public func hasBlob(_ digest: Digest, in reference: ImageReference) async throws -> Bool {
        try await hasBlob(digest, try primaryRoute(for: reference), .pull)
    }

    private func hasBlob(_ digest: Digest, _ route: RegistryRoute, _ access: RegistryAccess) async throws -> Bool {
        let subject = "\(route.reference) blob \(digest.shortHex)"
        let request = HTTPRequest(.head, try await url(route, "blobs/\(digest)"), timeout: configuration.documentTimeout)
        let response = try await retrying {
            try await send(request, for: route, access: access, subject: subject, tolerating: [404, 410])
        }
        return response.isSuccess
    }

    /// Brings a blob into a repository, if it is not there; from the repositories `mounting` of the same registry where one of
    /// them has it, without sending it. Its digest must be right: the registry refuses any other.
    ///
    /// Larger ones go in pieces (`RegistryConfiguration.uploadPiece`), and one that breaks off goes on where it stopped.
    /// `progress` is told how many bytes have gone.
    @discardableResult
    public func pushBlob(
        _ descriptor: ContentDescriptor,
        _ content: BlobContent,
        to reference: ImageReference,
        mounting sources: [String] = [],
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) async throws -> BlobArrival {
        let route = try primaryRoute(for: reference)
        if try await hasBlob(descriptor.digest, route, .push) { return .present }
        for source in sources where source != route.reference.repository {
            if try await mount(descriptor.digest, from: source, route) { return .mounted }
        }
        let upload = BlobUpload(client: self, route: route, descriptor: descriptor, content: content, progress: progress)
        try await upload.run()
        return .uploaded
    }

    /// Whether a blob is in a repository, or could be taken over from another of the same registry just now.
    public func mountBlob(_ digest: Digest, from source: String, to reference: ImageReference) async throws -> Bool {
        let route = try primaryRoute(for: reference)
        if try await hasBlob(digest, route, .push) { return true }
        if source == route.reference.repository { return false }
        return try await mount(digest, from: source, route)
    }

    /// Asks for a blob of another repository; false where the registry would rather be sent it.
    private func mount(_ digest: Digest, from source: String, _ route: RegistryRoute) async throws -> Bool {
        let subject = "\(route.reference) blob \(digest.shortHex)"
        var request = HTTPRequest(
            .post,
            try await url(route, "blobs/uploads/?mount=\(digest)&from=\(source)"),
            timeout: configuration.documentTimeout
        )
        request.headers["Content-Type"] = "application/octet-stream"
        let access = RegistryAccess(actions: RegistryAccess.push.actions, source: source)
        // Not allowed to read there, or no such thing as mounts: it is sent.
        let refusals: Set = [400, 401, 403, 404, 405]
        let response = try await send(request, for: route, access: access, subject: subject, tolerating: refusals)
        // The upload that it has begun in its place.
        if response.status == 202 { await cancel(response.headers["Location"], of: request.url, route, subject) }
        return response.status == 201
    }

    /// Gives an upload up. It would be cleaned up by the registry one day in any case: failures do not matter.
    private func cancel(_ location: String?, of url: HTTPURL, _ route: RegistryRoute, _ subject: String) async {
        guard let target = location.flatMap({ try? url.resolving($0) }) else { return }
        let request = HTTPRequest(.delete, target, timeout: configuration.documentTimeout)
        do {
            _ = try await send(request, for: route, access: .push, subject: subject)
        } catch {}
    }

    /// Puts a manifest or an index under the reference's digest or tag; everything that it names must be there.
    ///
    /// One that has a subject is findable as its referrer afterwards, by the registry's own list or by the fallback tag.
    public func pushManifest(_ bytes: [UInt8], _ type: MediaType, to reference: ImageReference) async throws -> Digest {
        let digest = try Self.digest(of: bytes, reference)
        let headers = try await put(bytes, type, digest, reference)
        try Self.check(headers, digest, reference)
        if headers["OCI-Subject"] == nil {
            try await recordReferrer(bytes, type, digest, reference)
        }
        return digest
    }

    /// The request itself, and what it answers with.
    func put(_ bytes: [UInt8], _ type: MediaType, _ digest: Digest, _ reference: ImageReference) async throws -> HTTPHeaders {
        let route = try primaryRoute(for: reference)
        // The tag, where there is one: that names the digest too.
        let target = try await url(route, "manifests/\(reference.tag ?? digest.description)")
        let request = Self.upload(bytes, type, target, configuration.documentTimeout)
        return try await retrying {
            try await send(request, for: route, access: .push, subject: reference.description).headers
        }
    }

    private static func upload(_ bytes: [UInt8], _ type: MediaType, _ target: HTTPURL, _ timeout: Duration) -> HTTPRequest {
        var request = HTTPRequest(.put, target, timeout: timeout)
        request.headers["Content-Type"] = type.rawValue
        request.body = bytes
        return request
    }

    /// The digest of a manifest, which is the reference's where that names one.
    private static func digest(of bytes: [UInt8], _ reference: ImageReference) throws(RegistryError) -> Digest {
        let digest = Digest.computing(reference.digest?.algorithm ?? .sha256, over: bytes)
        if let wanted = reference.digest, wanted != digest {
            throw RegistryError(subject: reference.description, reason: .digestMismatch(expected: wanted, actual: digest))
        }
        return digest
    }

    private static func check(_ headers: HTTPHeaders, _ digest: Digest, _ reference: ImageReference) throws(RegistryError) {
        // A header that is no digest says nothing.
        let said = headers["Docker-Content-Digest"].flatMap { try? Digest($0) }
        if let said, said.algorithm == digest.algorithm, said != digest {
            throw RegistryError(subject: reference.description, reason: .digestMismatch(expected: digest, actual: said))
        }
    }
}
