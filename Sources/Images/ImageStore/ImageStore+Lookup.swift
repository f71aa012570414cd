import Linux
import OCISpec

extension ImageStore {
    /// The image of that name, tag or digest; nil when it is not here, whatever a registry has.
    ///
    /// `name` is a reference as people write it, or the digest (12 digits are enough) of a manifest or configuration.
    /// Layers that got lost are unpacked again when their blobs are here.
    public func image(named name: String) async throws -> StoredImage? {
        do {
            guard let entry = try find(name) else { return nil }
            return try await complete(entry)
        } catch {
            throw ImageError.mapping(error, image: name)
        }
    }

    /// All images, by name. One whose blobs are not all here is left out.
    public func list() throws -> [StoredImage] {
        do {
            return try index.read().manifests.compactMap { entry in
                guard let documents = try documents(of: entry) else { return nil }
                return stored(documents, as: entry.imageName ?? entry.digest.description)
            }.sorted { $0.reference < $1.reference }
        } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    /// The chain identifiers of the layers that lie in these folders; folders that are no layer's are passed over.
    public func layers(in folders: Set<String>) throws -> Set<Digest> {
        do { return Set(try layers.all().filter { folders.contains(layers.path($0)) }) } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    /// Where images and layers lie.
    public nonisolated var folders: [String] { [configuration.imagesDirectory, configuration.layersDirectory] }

    /// How full the file system of the layers is, in bytes (statvfs(3)).
    public nonisolated func diskUsage() throws(SystemError) -> (capacity: Int64, available: Int64) {
        try FileSystem.usage(of: configuration.layersDirectory)
    }

    /// The entry of the index that a name means.
    func find(_ name: String) throws -> ContentDescriptor? {
        let entries = try index.read().manifests
        if let prefix = Self.identifierPrefix(name) {
            if let entry = entries.first(where: { $0.digest.hex.hasPrefix(prefix) }) { return entry }
            return try entries.first { try documents(of: $0)?.manifest.config.digest.hex.hasPrefix(prefix) ?? false }
        }
        let reference = try ImageReference(name)
        guard let digest = reference.digest else {
            return entries.first { $0.imageName == reference.description }
        }
        return entries.first { entry in
            guard entry.digest == digest || entry.sourceDigest == digest, let other = entry.imageName else {
                return false
            }
            // A name that some tool wrote and that is no reference is not this one.
            return (try? ImageReference(other))?.name == reference.name
        }
    }

    /// The digits of an identifier of an image: `sha256:…`, or twelve and more of them alone.
    private static func identifierPrefix(_ name: String) -> String? {
        let digits = name.hasPrefix("sha256:") ? String(name.dropFirst(7)) : name
        let isHexadecimal = digits.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        return isHexadecimal && (12...64).contains(digits.utf8.count) ? digits : nil
    }

    /// Manifest and configuration of an entry; nil when blobs are missing.
    func documents(of entry: ContentDescriptor) throws -> ImageDocuments? {
        if let known = documents[entry.digest] {
            guard known.items.allSatisfy(isBlobPresent) else { return nil }
            return known
        }
        guard let found = try blobs.documents(entry, for: configuration.platform) else { return nil }
        documents[entry.digest] = found
        guard found.items.allSatisfy(isBlobPresent) else { return nil }
        return found
    }

    private func isBlobPresent(_ item: Journal.Item) -> Bool {
        guard case .blob(let digest) = item else { return true }
        return blobs.has(digest)
    }

    /// The image of an entry with all its layers unpacked; nil when blobs are missing.
    func complete(_ entry: ContentDescriptor) async throws -> StoredImage? {
        guard let documents = try documents(of: entry) else { return nil }
        if !documents.plannedLayers.allSatisfy({ layers.has($0.chainID) }) {
            try await adding(documents) { staging in
                try await makeLayers(of: documents, from: LocalOrigin(), staging: staging) { _ in }
            }
            settleLater()
        }
        return stored(documents, as: entry.imageName ?? entry.digest.description)
    }

    func stored(_ documents: ImageDocuments, as name: String) -> StoredImage {
        let chainIDs = documents.configuration.rootfs.chainIDs
        return StoredImage(
            reference: name,
            manifestDigest: documents.manifestDigest,
            configurationDigest: documents.manifest.config.digest,
            configuration: documents.configuration,
            chainIDs: chainIDs,
            layerDirectories: chainIDs.map(layers.path),
            size: documents.size
        )
    }
}
