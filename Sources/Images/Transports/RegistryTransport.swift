import OCISpec
import Registry
import Signatures

/// `docker://` to read from.
public struct RegistrySource: ImageSource {
    let client: RegistryClient
    let reference: ImageReference

    let admission: ImageAdmission

    public init(_ reference: ImageReference, client: RegistryClient, admission: ImageAdmission = .standard()) {
        self.reference = reference
        self.client = client
        self.admission = admission
    }

    public func admit(_ digests: [Digest]) async throws {
        try await admission.admit(reference, digests: digests, client: client)
    }

    public var name: String { "docker://\(reference)" }
    public var repository: ImageReference? { reference }

    public func root() async throws -> FetchedManifest { try await client.fetchDocument(reference) }

    public func manifest(_ descriptor: ContentDescriptor) async throws -> FetchedManifest {
        try await client.fetchDocument(reference.pinned(to: descriptor.digest), expected: descriptor)
    }

    public func blob(_ descriptor: ContentDescriptor, into sink: any BlobSink) async throws {
        try await client.fetchBlob(descriptor, of: reference, into: sink)
    }
}

/// `docker://` to write to.
public struct RegistryDestination: ImageDestination {
    let client: RegistryClient
    let reference: ImageReference

    public init(_ reference: ImageReference, client: RegistryClient) {
        self.reference = reference
        self.client = client
    }

    public var name: String { "docker://\(reference)" }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) async throws -> Bool {
        let isNeighbour = source.map { $0.registry == reference.registry } ?? false
        guard let source, isNeighbour else { return try await client.hasBlob(descriptor.digest, in: reference) }
        return try await client.mountBlob(descriptor.digest, from: source.repository, to: reference)
    }

    public func take(_ descriptor: ContentDescriptor, file: String) async throws {
        try await client.pushBlob(descriptor, .file(file), to: reference)
    }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) async throws {
        let digest = manifest.descriptor.digest
        if isRoot, let wanted = reference.digest, wanted != digest {
            throw TransportError(name, "the image has the digest \(digest)")
        }
        let target = isRoot ? reference : reference.pinned(to: digest)
        _ = try await client.pushManifest(manifest.bytes, manifest.descriptor.mediaType, to: target)
    }

    public func finish() {}
}
