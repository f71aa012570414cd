import Archive
import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry

extension ImageCopier {
    /// One image: its blobs, then its manifest.
    func copyImage(_ document: FetchedManifest, isRoot: Bool, _ staging: String) async throws -> ContentDescriptor {
        guard case .image(let manifest) = document.document else { preconditionFailure("what is no index is an image") }
        // What is no container image is taken as it is: it has no layers that could be compressed otherwise.
        let isImage = manifest.config.mediaType.isConfiguration
        let layers = try await copyLayers(manifest.layers, isImage, staging)
        _ = try await copyBlob(manifest.config, as: nil, staging)
        var changed = manifest
        changed.layers = layers
        let target = isImage ? format : nil
        if let target {
            changed.mediaType = target.manifestType
            changed.config.mediaType = target.configurationType
        }
        var result = document
        let type = target?.manifestType ?? document.descriptor.mediaType
        if changed.layers != manifest.layers || changed.config != manifest.config || type != document.descriptor.mediaType {
            result = try FetchedManifest(try JSON.encode(changed), announcedAs: type)
        }
        try checkPreserved(document, result)
        try await destination.take(result, isRoot: isRoot)
        return result.descriptor
    }

    private func copyLayers(_ layers: [ContentDescriptor], _ isImage: Bool, _ staging: String) async throws -> [ContentDescriptor] {
        var copied: [Digest: ContentDescriptor] = [:]
        var waiting = Array(Dictionary(layers.map { ($0.digest, $0) }) { first, _ in first }.values)
        // Large ones first: they take longest.
        waiting.sort { $0.size < $1.size }
        try await withThrowingTaskGroup(of: (Digest, ContentDescriptor).self) { group in
            func start() {
                guard let layer = waiting.popLast() else { return }
                group.addTask {
                    let form = isImage && layer.mediaType.layerCompression != nil ? self.compression : nil
                    return (layer.digest, try await self.copyBlob(layer, as: form, staging))
                }
            }
            for _ in 0..<max(1, options.parallelBlobs) { start() }
            while let (digest, layer) = try await group.next() {
                copied[digest] = layer
                start()
            }
        }
        return try layers.map { layer in
            guard var result = copied[layer.digest] else { preconditionFailure("every layer was copied") }
            result.annotations = layer.annotations
            guard isImage, let target = format, let compression = result.mediaType.layerCompression else { return result }
            result.mediaType = target.layerType(compression)
            guard target == .oci || compression != .zstd else {
                throw TransportError(destination.name, "docker's format has no layers in zstd; ask for gzip")
            }
            return result
        }
    }

    /// Brings a blob over, compressed in another way where `form` is one; answers what it is at the destination.
    private func copyBlob(
        _ descriptor: ContentDescriptor,
        as form: MediaType.LayerCompression?,
        _ staging: String
    ) async throws -> ContentDescriptor {
        let isKept = form == nil || form == descriptor.mediaType.layerCompression
        if isKept, try await destination.holds(descriptor, from: source.repository) {
            options.progress(descriptor, true)
            return descriptor
        }
        let file = "\(staging)/\(UInt64.random(in: .min ... .max))"
        let sink = try FileSink(file)
        try await source.blob(descriptor, into: sink)
        var result = descriptor
        var path = file
        if let form, !isKept {
            path = "\(file).layer"
            result = try await Self.recompress(file, to: path, descriptor, form)
            try FileSystem.removeFile(file)
        }
        // What it was made into may be there already.
        let isThere = isKept ? false : try await destination.holds(result, from: nil)
        if !isThere { try await destination.take(result, file: path) }
        if FileSystem.exists(path) { try FileSystem.removeFile(path) }
        options.progress(result, false)
        return result
    }

    private static func recompress(
        _ file: String,
        to target: String,
        _ descriptor: ContentDescriptor,
        _ form: MediaType.LayerCompression
    ) async throws -> ContentDescriptor {
        let done = try await onThread(named: "compress") {
            let compressor = LayerCompressor(
                try Descriptor.open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644),
                form: form.form
            )
            let source = FileSource(try Descriptor.open(file, O_RDONLY | O_NOFOLLOW))
            try LayerInflater.inflate(source) { try compressor.write($0) }
            return try compressor.finish()
        }
        var result = descriptor
        result.mediaType = ImageFormat(of: descriptor.mediaType).layerType(form)
        result.digest = Digest(algorithm: .sha256, hash: done.fileHash)
        result.size = done.fileBytes
        return result
    }
}
