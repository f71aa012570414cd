import Archive
import CLinux
import Glibc
import Hashing
import JSONCoding
import Linux
import OCISpec
import Registry

/// What a builder needs of the store.
extension ImageStore {
    /// Where a layer is unpacked, whether it is there or not.
    public nonisolated func directory(of layer: BuiltLayer) -> String { layers.path(layer.chainID) }

    /// Whether both a layer's blob and its folder are here.
    public nonisolated func holds(_ layer: BuiltLayer) -> Bool {
        layers.has(layer.chainID) && blobs.has(layer.blob.digest, size: layer.blob.size)
    }

    /// The layers of an image of the store, bottom first.
    public func builtLayers(of image: StoredImage) throws -> [BuiltLayer] {
        guard
            let documents = try blobs.documents(
                ContentDescriptor(mediaType: .ociManifest, digest: image.manifestDigest, size: 0),
                for: image.configuration.platform
            )
        else { throw ImageError(.notFound, image: image.reference, message: "its blobs are gone") }
        return documents.plannedLayers.map { BuiltLayer(blob: $0.blob, diffID: $0.diffID, chainID: $0.chainID) }
    }

    /// Nobody collects these layers until `endKeeping`, which must follow, or until this process ends.
    public func keep(_ layers: [BuiltLayer]) throws { _ = try announce(using: layers.flatMap(\.items)) }

    /// Ends as many calls of `keep`.
    public func endKeeping(_ count: Int) {
        for _ in 0..<count { journalOfProcess?.end() }
    }

    private func announce(making: [Journal.Item] = [], using: [Journal.Item] = []) throws -> Journal {
        let journal = try journal()
        try StoreLock.hold(paths.lock) { try journal.begin(making: making, using: using) }
        return journal
    }

    /// A new folder of this process on the layers' file system. Who asks for it removes it; what a crash leaves is removed when the
    /// store is opened the next time.
    public func makeWorkspace() throws -> String {
        let path = "\(paths.work)/\(try journal().name).\(UInt32.random(in: .min ... .max))"
        try FileSystem.makeDirectories(path, mode: 0o700)
        return path
    }

    /// Where a layer's blob is written before it is added; removed like a workspace.
    public func makeBlobPath() throws -> String {
        "\(paths.ingest)/\(try journal().name).\(UInt32.random(in: .min ... .max))"
    }

    /// Adds a layer whose blob was written to `file`, which is gone afterwards, and unpacks it. Both digests are those of
    /// what is in the file: the layer's are checked by unpacking it.
    public func add(_ layer: BuiltLayer, from file: String) async throws {
        do {
            let journal = try announce(making: layer.items)
            defer { journal.end() }
            if blobs.has(layer.blob.digest, size: layer.blob.size) {
                try FileSystem.removeFile(file)
            } else {
                try blobs.adopt(file, layer.blob.digest)
            }
            let planned = PlannedLayer(blob: layer.blob, diffID: layer.diffID, chainID: layer.chainID)
            if !layers.has(layer.chainID) {
                let (layers, limits) = (layers, configuration.limits)
                let source = FileSource(try Descriptor.open(blobs.path(layer.blob.digest), O_RDONLY | O_NOFOLLOW))
                let staging = "\(journal.name).\(UInt32.random(in: .min ... .max))"
                try await onThread(named: "unpack") {
                    try layers.unpack(
                        source,
                        as: planned.chainID,
                        diffID: planned.diffID,
                        staging: staging,
                        limits: limits
                    )
                }
            }
        } catch {
            throw ImageError.mapping(error, image: layer.diffID.description)
        }
    }

    /// Documents of an image that was built: configuration and manifest, and a list of several manifests where there are.
    public struct BuiltDocuments: Sendable {
        /// What the name means: the manifest, or the list.
        public var top: ContentDescriptor
        /// Bytes by digest.
        public var blobs: [Digest: [UInt8]]
        public var layers: [BuiltLayer]

        public init(top: ContentDescriptor, blobs: [Digest: [UInt8]], layers: [BuiltLayer]) {
            self.top = top
            self.blobs = blobs
            self.layers = layers
        }
    }

    /// Gives an image that was built its names, at once and only when all of it is there. False where all was so before.
    public func commit(_ built: BuiltDocuments, as names: [String]) throws -> Bool {
        do {
            let references = try names.map { try ImageReference($0).description }
            let present = try index.read().manifests
            let isNew = references.contains { name in
                !present.contains { $0.imageName == name && $0.digest == built.top.digest }
            }
            if !isNew && built.blobs.keys.allSatisfy({ blobs.has($0) }) { return false }
            let items = built.layers.flatMap(\.items)
            let journal = try announce(making: built.blobs.keys.map { .blob($0) }, using: items)
            defer { journal.end() }
            for layer in built.layers where !holds(layer) {
                throw ImageError(
                    .notFound,
                    image: layer.diffID.description,
                    message: "a layer went away while it was built upon"
                )
            }
            for (digest, bytes) in built.blobs { try blobs.write(bytes, digest) }
            for name in references { try record(built.top, as: name, source: nil) }
            return true
        } catch {
            throw ImageError.mapping(error, image: names.first ?? built.top.digest.description)
        }
    }

    /// Bytes of a small blob; nil where it is not here.
    public nonisolated func document(_ digest: Digest) throws -> [UInt8]? { try blobs.read(digest, limit: 8 << 20) }

    // MARK: Leases

    private nonisolated var leases: LeaseFolder { LeaseFolder(directory: "\(paths.own)/leases") }

    /// The layers that somebody keeps under a name; nil where nobody does, or they are not all here any more.
    public nonisolated func lease(_ name: String) throws -> Lease? {
        guard let lease = try leases.read(name), lease.layers.allSatisfy(holds) else { return nil }
        return lease
    }

    /// Keeps layers from collection until the lease is removed.
    public nonisolated func setLease(_ lease: Lease, as name: String) throws { try leases.write(lease, as: name) }

    public nonisolated func touchLease(_ name: String) throws { try leases.touch(name) }

    public nonisolated func removeLease(_ name: String) throws { try leases.remove(name) }

    /// Names of leases, with the second since 1970 in which each was used last.
    public nonisolated func allLeases() throws -> [(name: String, used: Int64)] { try leases.all() }

    /// What leases keep. One that cannot be read stops a collection: it is unknown what it keeps.
    func leasedItems() throws -> [Journal.Item] {
        try leases.all().flatMap { try leases.read($0.name)?.layers.flatMap(\.items) ?? [] }
    }

    /// Brings to the disk what this process has made, and takes its journal away. Nothing may be made afterwards.
    public func close() async throws {
        // What only was used is on the disk already.
        if journalOfProcess?.hasMade ?? false { try await settle() }
        try removeJournal()
    }

    // MARK: Platforms

    /// The image of a name for a platform: from the store, or else (or always, with `pulls`) from its registry. What is for
    /// another platform than the store's own is kept under its digest, so that it does not take the name.
    public func image(named name: String, for platform: Platform, pulls: Bool) async throws -> StoredImage? {
        if platform.normalized == configuration.platform.normalized {
            if !pulls, let present = try await image(named: name) { return present }
            if !pulls { return nil }
            return try await pull(name)
        }
        do {
            if let entry = try find(name), entry.mediaType.isIndex,
                let documents = try blobs.documents(entry, for: platform)
            {
                try await adding(documents) { staging in
                    try await makeLayers(of: documents, from: LocalOrigin(), staging: staging) { _ in }
                }
                return stored(documents, as: name)
            }
            if !pulls { return nil }
            let reference = try ImageReference(name)
            let admission = configuration.admission
            let client = registry
            let resolved = try await client.resolve(reference, for: platform) { digests in
                try await admission.admit(reference, digests: digests, client: client)
            }
            return try await pull("\(reference.name)@\(resolved.descriptor.digest)")
        } catch {
            throw ImageError.mapping(error, image: name)
        }
    }
}
