import JSONCoding
import OCISpec
import Registry

/// Brings an image from one place to another.
public struct ImageCopier: Sendable {
    /// How.
    public struct Options: Sendable {
        /// The image of every platform, with the index; else of one.
        public var takesAll = false
        /// Of an index, the one that is taken.
        public var platform = Platform.host
        /// Nothing may change.
        public var preservesDigests = false
        /// The family of media types at the destination; nil: as they are, or as the destination must have them.
        public var format: ImageFormat?
        /// How layers are compressed at the destination; nil: as they are, or as the destination must have them.
        public var compression: MediaType.LayerCompression?
        /// How many blobs are on their way at the same time.
        public var parallelBlobs = 4
        /// Is told of each blob when it has arrived: what it is, and whether it was there.
        public var progress: @Sendable (ContentDescriptor, Bool) -> Void = { _, _ in }

        public init() {}
    }

    private static let indexDepth = 4

    let source: any ImageSource
    let destination: any ImageDestination
    let options: Options

    public init(from source: any ImageSource, to destination: any ImageDestination, _ options: Options = Options()) {
        self.source = source
        self.destination = destination
        self.options = options
    }

    /// What layers have to become.
    var format: ImageFormat? { options.format ?? destination.requirements.format }
    var compression: MediaType.LayerCompression? { options.compression ?? destination.requirements.compression }

    /// Copies it, and answers the digest that it has at the destination.
    @discardableResult
    public func run() async throws -> Digest {
        do {
            let folder = try TemporaryFolder()
            let digest = try await copy(staging: folder.path)
            try await destination.finish()
            try folder.remove()
            return digest
        } catch {
            destination.abandon()
            throw error
        }
    }

    private func copy(staging: String) async throws -> Digest {
        var document = try await source.root()
        let root = document.descriptor.digest
        guard options.takesAll, destination.requirements.takesIndexes else {
            document = try await image(of: document)
            try await source.admit([root, document.descriptor.digest])
            return try await copyImage(document, isRoot: true, staging).digest
        }
        try await source.admit([root])
        return try await copyAny(document, isRoot: true, staging, depth: 0).digest
    }

    /// The image for the platform, where it is an index.
    public func image(of root: FetchedManifest) async throws -> FetchedManifest {
        var document = root
        for _ in 0...Self.indexDepth {
            guard case .index(let index) = document.document else { return document }
            guard let entry = index.manifest(for: options.platform) else {
                throw TransportError(source.name, "no image for \(options.platform)")
            }
            document = try await source.manifest(entry)
        }
        throw TransportError(source.name, "an index of indexes without an end")
    }

    private func copyAny(_ document: FetchedManifest, isRoot: Bool, _ staging: String, depth: Int) async throws -> ContentDescriptor {
        guard case .index(let index) = document.document else { return try await copyImage(document, isRoot: isRoot, staging) }
        guard depth < Self.indexDepth else { throw TransportError(source.name, "an index of indexes without an end") }
        var changed = index
        for (place, entry) in index.manifests.enumerated() {
            let copied = try await copyAny(try await source.manifest(entry), isRoot: false, staging, depth: depth + 1)
            if copied.digest == entry.digest { continue }
            changed.manifests[place].digest = copied.digest
            changed.manifests[place].size = copied.size
            changed.manifests[place].mediaType = copied.mediaType
        }
        let type = format?.indexType ?? document.descriptor.mediaType
        var result = document
        if changed != index || type != document.descriptor.mediaType {
            changed.mediaType = type
            result = try FetchedManifest(try JSON.encode(changed), announcedAs: type)
        }
        try checkPreserved(document, result)
        try await destination.take(result, isRoot: isRoot)
        return result.descriptor
    }

    func checkPreserved(_ before: FetchedManifest, _ after: FetchedManifest) throws(TransportError) {
        guard options.preservesDigests, before.descriptor.digest != after.descriptor.digest else { return }
        throw TransportError(destination.name, "the image would not keep its digest \(before.descriptor.digest)")
    }
}
