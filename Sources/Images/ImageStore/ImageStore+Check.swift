import Linux
import OCISpec

/// What is wrong in a store.
public struct StoreCheck: Sendable, Hashable {
    /// How many blobs were read, and their bytes.
    public var blobs = 0
    public var bytes: Int64 = 0
    /// Blobs whose bytes do not have their digest any more.
    public var damaged: [Digest] = []
    /// Blobs that an image needs and that are not there, with the image's name.
    public var missing: [(digest: Digest, image: String)] { lacks.map { ($0.digest, $0.image) } }
    var lacks: [Lack] = []
    /// Layers of images that are not unpacked; they are unpacked again when they are needed.
    public var folded: [Digest] = []

    struct Lack: Sendable, Hashable {
        var digest: Digest
        var image: String
    }

    /// Whether every image can be used.
    public var isGood: Bool { damaged.isEmpty && lacks.isEmpty }
}

extension ImageStore {
    /// Reads every blob of the store and compares it with its digest, and looks for what images need. Changes nothing.
    ///
    /// `progress` is told how many bytes have been read.
    public func check(progress: @escaping @Sendable (Int64) -> Void = { _ in }) async throws -> StoreCheck {
        do {
            let (blobs, layers) = (blobs, layers)
            var result = try await onThread(named: "check") {
                var result = StoreCheck()
                for (digest, size) in try blobs.all().sorted(by: { $0.key < $1.key }) {
                    // A collection may have taken it meanwhile.
                    guard blobs.has(digest) else { continue }
                    if try !blobs.isIntact(digest) { result.damaged.append(digest) }
                    result.blobs += 1
                    result.bytes += size
                    progress(result.bytes)
                }
                return result
            }
            let damaged = Set(result.damaged)
            for entry in try index.read().manifests {
                try require(entry, of: entry.imageName ?? entry.digest.description, damaged, &result, depth: 0)
            }
            result.folded = Array(Set(result.folded.filter { !layers.has($0) })).sorted()
            return result
        } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    private func require(
        _ entry: ContentDescriptor,
        of image: String,
        _ damaged: Set<Digest>,
        _ result: inout StoreCheck,
        depth: Int
    ) throws {
        guard blobs.has(entry.digest, size: entry.size) else {
            result.lacks.append(StoreCheck.Lack(digest: entry.digest, image: image))
            return
        }
        guard depth <= 8, !damaged.contains(entry.digest), let bytes = try blobs.read(entry.digest, limit: 4 << 20) else { return }
        switch try ImageManifestDocument(bytes, announcedAs: entry.mediaType) {
        case .index(let index):
            for manifest in index.manifests { try require(manifest, of: image, damaged, &result, depth: depth + 1) }
        case .image(let manifest):
            for blob in [manifest.config] + manifest.layers where !blobs.has(blob.digest, size: blob.size) {
                result.lacks.append(StoreCheck.Lack(digest: blob.digest, image: image))
            }
            guard manifest.config.mediaType.isConfiguration, !damaged.contains(manifest.config.digest),
                let documents = try blobs.documents(entry, for: configuration.platform)
            else { return }
            result.folded += documents.configuration.rootfs.chainIDs
        }
    }
}

/// What an image takes of the disk.
public struct ImageUsage: Sendable, Hashable {
    public var name: String
    public var digest: Digest
    /// Bytes of its blobs.
    public var size: Int64
    /// Those that other images have too.
    public var shared: Int64
    /// When it was made (RFC 3339), as its configuration says.
    public var created: String?
}

extension ImageStore {
    /// What each image takes, by name, and the bytes of all blobs together. Unpacked layers are not counted.
    public func usage() throws -> (images: [ImageUsage], total: Int64) {
        do {
            var uses: [Digest: Set<Digest>] = [:]
            var sizes: [Digest: Int64] = [:]
            let images = try list()
            for image in images {
                guard let documents = documents[image.manifestDigest] else { continue }
                sizes[documents.manifestDigest] = documents.manifestSize
                for blob in [documents.manifest.config] + documents.manifest.layers { sizes[blob.digest] = blob.size }
                for item in Self.blobs(of: documents) { uses[item, default: []].insert(image.manifestDigest) }
            }
            let usages = images.map { image in
                let own = documents[image.manifestDigest].map(Self.blobs) ?? []
                return ImageUsage(
                    name: image.reference,
                    digest: image.manifestDigest,
                    size: own.reduce(0) { $0 + (sizes[$1] ?? 0) },
                    shared: own.reduce(0) { $0 + ((uses[$1]?.count ?? 0) > 1 ? sizes[$1] ?? 0 : 0) },
                    created: image.createdAt
                )
            }
            return (usages, try blobs.all().values.reduce(0, +))
        } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    private static func blobs(of documents: ImageDocuments) -> Set<Digest> {
        Set([documents.manifestDigest, documents.manifest.config.digest] + documents.manifest.layers.map(\.digest))
    }
}
