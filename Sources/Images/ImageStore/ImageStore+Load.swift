import Archive
import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry

extension ImageStore {
    private static let containerdNameAnnotation = "io.containerd.image.name"

    /// Takes over the images of an OCI image layout: a folder, or a tar archive of one.
    ///
    /// `name` names the image where the layout has one only; without it the names of the layout hold. Every blob is
    /// checked against its digest. Returns the images in the layout's order.
    public func load(
        layout path: String,
        name: String? = nil,
        progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> [StoredImage] {
        do {
            if try FileSystem.status(path).kind == .directory { return try await load(folder: path, name, progress) }
            let folder = "\(paths.work)/\(try journal().name).\(UInt32.random(in: .min ... .max))"
            let limits = configuration.limits
            try await onThread(named: "untar") { try Self.untar(path, into: folder, limits) }
            let result = await Task { try await load(folder: folder, name, progress) }.result
            try await onThread(named: "remove") { try FileSystem.removeTree(folder) }
            return try result.get()
        } catch {
            throw ImageError.mapping(error, image: path)
        }
    }

    private static func untar(_ path: String, into folder: String, _ limits: ExtractionLimits) throws {
        do {
            try FileSystem.makeDirectories(folder, mode: 0o700)
            let archive = FileSource(try Descriptor.open(path, O_RDONLY))
            let root = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            _ = try LayerUnpacker.unpack(archive, into: root, limits: limits)
        } catch {
            // What cannot be removed now is removed when the store is opened the next time.
            try? FileSystem.removeTree(folder)
            throw error
        }
    }

    private func load(folder: String, _ name: String?, _ progress: @escaping Emit) async throws -> [StoredImage] {
        let origin = BlobStore(directory: "\(folder)/blobs", ingestDirectory: folder)
        let entries = try Self.entries(folder)
        guard name == nil || entries.count == 1 else {
            throw ImageError(
                .invalidReference,
                image: folder,
                message: "a name can be given to one image; the layout has \(entries.count)"
            )
        }
        var images: [StoredImage] = []
        for entry in entries {
            let given =
                name ?? entry.annotations?[Self.containerdNameAnnotation]
                ?? entry.annotations?[ImageAnnotation.referenceName]
            guard let given else {
                throw ImageError(.invalidReference, image: folder, message: "the layout does not name its image")
            }
            images.append(try await load(entry, of: origin, as: try ImageReference(given), progress))
        }
        return images
    }

    private static func entries(_ folder: String) throws -> [ContentDescriptor] {
        func read(_ name: String) throws -> [UInt8] {
            do {
                return try FileSystem.read("\(folder)/\(name)", limit: 16 << 20)
            } catch {
                guard error.errno == ENOENT else { throw error }
                throw ImageError(.invalidImage, image: folder, message: "no OCI image layout: there is no \(name)")
            }
        }
        do {
            let marker = try JSON.decode(ImageLayoutMarker.self, from: try read("oci-layout"))
            guard marker.imageLayoutVersion.hasPrefix("1.") else {
                throw ImageError(
                    .invalidImage,
                    image: folder,
                    message: "an image layout of the unknown version \(marker.imageLayoutVersion)"
                )
            }
            return try JSON.decode(ImageIndex.self, from: try read("index.json")).manifests
        } catch let error as JSONSyntaxError {
            throw ImageError(.invalidImage, image: folder, message: "no OCI image layout: \(error)")
        } catch let error as JSONTypeError {
            throw ImageError(.invalidImage, image: folder, message: "no OCI image layout: \(error)")
        }
    }

    private func load(
        _ entry: ContentDescriptor,
        of origin: BlobStore,
        as reference: ImageReference,
        _ progress: @escaping Emit
    ) async throws -> StoredImage {
        guard let documents = try origin.documents(entry, for: configuration.platform),
            let manifest = try origin.read(documents.manifestDigest, limit: 4 << 20),
            let image = try origin.read(documents.manifest.config.digest, limit: 8 << 20)
        else {
            throw ImageError(.invalidImage, image: reference.description, message: "the layout lacks blobs")
        }
        let descriptor = ContentDescriptor(
            mediaType: documents.manifest.mediaType ?? .ociManifest,
            digest: documents.manifestDigest,
            size: documents.manifestSize,
            platform: documents.configuration.platform
        )
        try await adding(documents) { staging in
            try await makeLayers(of: documents, from: LayoutOrigin(blobs: origin), staging: staging, emit: progress)
            try blobs.write(image, documents.manifest.config.digest)
            try blobs.write(manifest, documents.manifestDigest)
            try record(descriptor, as: reference.description, source: entry.digest)
        }
        settleLater()
        return stored(documents, as: reference.description)
    }
}
