import HTTPClient
import JSONCoding
import OCISpec

/// An image for one platform, as a registry has it: everything but the layers.
public struct ResolvedImage: Sendable {
    /// The digest that the name stood for: that of the index where there is one, else of the manifest.
    public var sourceDigest: Digest
    public var manifest: ImageManifest
    /// Points to the manifest.
    public var descriptor: ContentDescriptor
    public var manifestBytes: [UInt8]
    public var configuration: ImageConfiguration
    public var configurationBytes: [UInt8]
}

/// A manifest or index with the descriptor that its bytes really have.
public struct FetchedManifest: Sendable {
    public var descriptor: ContentDescriptor
    public var bytes: [UInt8]
    public var document: ImageManifestDocument
}

extension RegistryClient {
    private static let manifestLimit: Int64 = 4 << 20
    private static let configurationLimit: Int64 = 8 << 20
    /// An index may point to further ones; one that points at itself must come to an end.
    private static let indexDepth = 4

    /// The digest that a tag has now, by a HEAD request; nil where the registry does not say.
    public func currentDigest(of reference: ImageReference) async throws -> Digest? {
        try await trying(reference) { route in
            let request = HTTPRequest(
                .head,
                try await url(route, "manifests/\(reference.manifestName)"),
                headers: Self.acceptingManifests,
                timeout: configuration.documentTimeout
            )
            let response = try await retrying {
                try await send(request, for: route, subject: reference.description)
            }
            // A header that is no digest is as good as none: the manifest itself is hashed.
            return response.headers["Docker-Content-Digest"].flatMap { try? Digest($0) }
        }
    }

    /// Goes from a name to the manifest and the configuration for a platform.
    ///
    /// - Parameter admit: is asked before the manifest is looked into further, with its digest behind those of the indexes that led
    ///   to it.
    public func resolve(
        _ reference: ImageReference,
        for platform: Platform,
        admit: @Sendable ([Digest]) async throws -> Void = { _ in }
    ) async throws -> ResolvedImage {
        var document = try await fetchDocument(reference, expected: nil)
        let source = document.descriptor.digest
        var digests = [source]
        var depth = 0
        while case .index(let index) = document.document {
            depth += 1
            guard let entry = index.manifest(for: platform), depth <= Self.indexDepth else {
                throw RegistryError(
                    subject: reference.description,
                    reason: .noMatchingPlatform(platform, offered: index.manifests.compactMap(\.platform))
                )
            }
            document = try await fetchDocument(reference.pinned(to: entry.digest), expected: entry)
            document.descriptor.platform = entry.platform
            digests.append(document.descriptor.digest)
        }
        try await admit(digests)
        guard case .image(let manifest) = document.document else {
            preconditionFailure("what is no index is an image")
        }
        do {
            try manifest.validate()
        } catch {
            throw RegistryError(subject: reference.description, reason: .invalidManifest(error))
        }
        let configuration = try await fetchConfiguration(manifest.config, reference)
        guard configuration.value.rootfs.diffIDs.count == manifest.layers.count else {
            throw RegistryError(
                subject: reference.description,
                reason: .invalidConfiguration(
                    "it has \(configuration.value.rootfs.diffIDs.count) layers, the manifest \(manifest.layers.count)"
                )
            )
        }
        // An index was chosen from by its word; a lone manifest has only its configuration's.
        guard platform.distance(to: configuration.value.platform) != nil else {
            throw RegistryError(
                subject: reference.description,
                reason: .noMatchingPlatform(platform, offered: [configuration.value.platform])
            )
        }
        return ResolvedImage(
            sourceDigest: source,
            manifest: manifest,
            descriptor: document.descriptor,
            manifestBytes: document.bytes,
            configuration: configuration.value,
            configurationBytes: configuration.bytes
        )
    }

    static var acceptingManifests: HTTPHeaders {
        var headers = HTTPHeaders()
        headers.append("Accept", MediaType.manifests.map(\.rawValue).joined(separator: ", "))
        return headers
    }

    /// A manifest or index as the registry has it; its digest and size are those of `expected` where that is given.
    public func fetchDocument(
        _ reference: ImageReference,
        expected: ContentDescriptor? = nil
    ) async throws -> FetchedManifest {
        try await trying(reference) { try await fetchDocument(reference, expected, $0) }
    }

    private func fetchDocument(
        _ reference: ImageReference,
        _ expected: ContentDescriptor?,
        _ route: RegistryRoute
    ) async throws -> FetchedManifest {
        let request = HTTPRequest(
            .get,
            try await url(route, "manifests/\(reference.manifestName)"),
            headers: Self.acceptingManifests,
            timeout: configuration.documentTimeout,
            bodyLimit: Self.manifestLimit
        )
        let (response, bytes) = try await retrying {
            let sink = DocumentSink()
            return (try await send(request, for: route, subject: reference.description, into: sink), sink.bytes)
        }
        let digest = try check(bytes, reference.digest, expected?.size, reference.description)
        // A registry that answers a tag with other bytes than it announces has a fault, or somebody in between has.
        if reference.digest == nil, let header = response.headers["Docker-Content-Digest"],
            let announced = try? Digest(header), announced.algorithm == .sha256, announced != digest
        {
            throw RegistryError(
                subject: reference.description,
                reason: .digestMismatch(expected: announced, actual: digest)
            )
        }
        let announced = expected?.mediaType ?? response.contentType.map(MediaType.init(rawValue:))
        let document: ImageManifestDocument
        do {
            document = try ImageManifestDocument(bytes, announcedAs: announced)
        } catch {
            throw RegistryError(subject: reference.description, reason: .invalidManifest(error))
        }
        let type: MediaType =
            switch document {
            case .index(let index): index.mediaType ?? .ociIndex
            case .image(let image): image.mediaType ?? .ociManifest
            }
        return FetchedManifest(
            descriptor: ContentDescriptor(mediaType: type, digest: digest, size: Int64(bytes.count)),
            bytes: bytes,
            document: document
        )
    }

    private func fetchConfiguration(
        _ descriptor: ContentDescriptor,
        _ reference: ImageReference
    ) async throws -> (value: ImageConfiguration, bytes: [UInt8]) {
        let subject = "\(reference) configuration \(descriptor.digest.shortHex)"
        let bytes = try await fetchSmallBlob(descriptor, of: reference, limit: Self.configurationLimit, subject: subject)
        do {
            return (try JSON.decode(ImageConfiguration.self, from: bytes), bytes)
        } catch {
            throw RegistryError(subject: subject, reason: .invalidConfiguration("\(error)"))
        }
    }

    /// A blob that is small enough for the memory: a configuration.
    public func fetchSmallBlob(
        _ descriptor: ContentDescriptor,
        of reference: ImageReference,
        limit: Int64 = 8 << 20,
        subject: String? = nil
    ) async throws -> [UInt8] {
        let subject = subject ?? "\(reference) blob \(descriptor.digest.shortHex)"
        guard descriptor.size <= limit else { throw RegistryError(subject: subject, reason: .tooLarge(limit: limit)) }
        return try await trying(reference) { route in
            let request = HTTPRequest(
                .get,
                try await url(route, "blobs/\(descriptor.digest)"),
                timeout: configuration.documentTimeout,
                bodyLimit: limit
            )
            let bytes = try await retrying {
                let sink = DocumentSink()
                _ = try await send(request, for: route, subject: subject, into: sink)
                return sink.bytes
            }
            _ = try check(bytes, descriptor.digest, descriptor.size, subject)
            return bytes
        }
    }

    /// The digest of the bytes, which must be the one that is wanted.
    private func check(_ bytes: [UInt8], _ wanted: Digest?, _ size: Int64?, _ subject: String) throws -> Digest {
        if let size, size != Int64(bytes.count) {
            throw RegistryError(subject: subject, reason: .sizeMismatch(expected: size, actual: Int64(bytes.count)))
        }
        let actual = Digest.computing(wanted?.algorithm ?? .sha256, over: bytes)
        if let wanted, wanted != actual {
            throw RegistryError(subject: subject, reason: .digestMismatch(expected: wanted, actual: actual))
        }
        return actual
    }
}

extension FetchedManifest {
    /// The document that these bytes are. `announced` is the type that whoever named them gave.
    public init(
        _ bytes: [UInt8],
        announcedAs announced: MediaType?,
        algorithm: Digest.Algorithm = .sha256
    ) throws(ImageManifestError) {
        let document = try ImageManifestDocument(bytes, announcedAs: announced)
        let type: MediaType =
            switch document {
            case .index(let index): index.mediaType ?? announced ?? .ociIndex
            case .image(let image): image.mediaType ?? announced ?? .ociManifest
            }
        let digest = Digest.computing(algorithm, over: bytes)
        self.init(
            descriptor: ContentDescriptor(mediaType: type, digest: digest, size: Int64(bytes.count)),
            bytes: bytes,
            document: document
        )
    }
}
