import Linux
import OCISpec

/// What a removal or a collection did.
public struct RemovalReport: Sendable, Hashable {
    /// Names that are gone.
    public var names: [String] = []
    public var blobs: [Digest] = []
    /// Layers that are gone, by their chain identifiers.
    public var layers: [Digest] = []
    /// Bytes of the blobs.
    public var bytes: Int64 = 0

    public init() {}
}

extension ImageStore {
    /// Removes an image's name, and what no other image needs. By digest, all names of the image go.
    ///
    /// `inUse` are the chain identifiers of layers that containers have mounted; they stay, and go with a later
    /// collection. Returns an empty report when there is no such image.
    public func remove(_ name: String, inUse: Set<Digest> = []) throws -> RemovalReport {
        do {
            return try StoreLock.hold(paths.lock) {
                guard let entry = try find(name) else { return RemovalReport() }
                var index = try self.index.read()
                let gone = index.manifests.filter { isNamed($0, name, entry) }
                index.manifests.removeAll { gone.contains($0) }
                try self.index.write(index)
                var report = try sweep(inUse: inUse)
                report.names = gone.compactMap(\.imageName)
                return report
            }
        } catch {
            throw ImageError.mapping(error, image: name)
        }
    }

    /// Whether `other` goes with `entry`, which is what `name` means: a name by tag is one entry, an identifier or a
    /// digest is the content under all its names.
    private func isNamed(_ other: ContentDescriptor, _ name: String, _ entry: ContentDescriptor) -> Bool {
        // An identifier is no reference.
        let reference = try? ImageReference(name)
        if let reference, reference.digest == nil, entry.imageName == reference.description { return other == entry }
        return other.digest == entry.digest
    }

    /// Removes blobs and layers that no image needs, nobody is working on and no container uses.
    public func collect(inUse: Set<Digest> = []) throws -> RemovalReport {
        do {
            return try StoreLock.hold(paths.lock) { try sweep(inUse: inUse) }
        } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    /// Mark and sweep. The store's lock must be held.
    private func sweep(inUse: Set<Digest>) throws -> RemovalReport {
        var neededBlobs: Set<Digest> = []
        var neededLayers = inUse
        for entry in try index.read().manifests { try mark(entry, &neededBlobs, &neededLayers, depth: 0) }
        for journal in try Journal.all(in: paths.journals) where journal.isAlive {
            for item in journal.making.union(journal.using) {
                switch item {
                case .blob(let digest): neededBlobs.insert(digest)
                case .layer(let chainID): neededLayers.insert(chainID)
                }
            }
        }
        for item in try leasedItems() {
            switch item {
            case .blob(let digest): neededBlobs.insert(digest)
            case .layer(let chainID): neededLayers.insert(chainID)
            }
        }
        var report = RemovalReport()
        for (digest, size) in try blobs.all() where !neededBlobs.contains(digest) {
            try blobs.remove(digest)
            documents[digest] = nil
            report.blobs.append(digest)
            report.bytes += size
        }
        for chainID in try layers.all() where !neededLayers.contains(chainID) {
            let retired = try layers.retire(chainID, as: "retired.\(UInt32.random(in: .min ... .max))")
            report.layers.append(chainID)
            // The trees of big layers take seconds; what a crash leaves of them is removed when the store is opened.
            startThread(named: "retire") { try? FileSystem.removeTree(retired) }
        }
        return report
    }

    /// Notes everything that can be reached from a descriptor. What is missing needs nothing; what cannot be read stops
    /// the collection, because it is unknown what it needs.
    private func mark(
        _ entry: ContentDescriptor,
        _ neededBlobs: inout Set<Digest>,
        _ neededLayers: inout Set<Digest>,
        depth: Int
    ) throws {
        guard depth <= 8, neededBlobs.insert(entry.digest).inserted,
            let bytes = try blobs.read(entry.digest, limit: 4 << 20)
        else { return }
        switch try ImageManifestDocument(bytes, announcedAs: entry.mediaType) {
        case .index(let index):
            for manifest in index.manifests { try mark(manifest, &neededBlobs, &neededLayers, depth: depth + 1) }
        case .image(let manifest):
            neededBlobs.formUnion(([manifest.config] + manifest.layers).map(\.digest))
            // An artifact that some tool put here has no layers that we would unpack.
            guard manifest.config.mediaType.isConfiguration,
                let documents = try blobs.documents(entry, for: configuration.platform)
            else { return }
            neededLayers.formUnion(documents.configuration.rootfs.chainIDs)
        }
    }
}
