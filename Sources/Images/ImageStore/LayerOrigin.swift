import Glibc
import Linux
import OCISpec
import Registry

/// Where the blobs of an image's layers come from.
protocol LayerOrigin: Sendable {
    /// Writes a blob into `sink`, and returns when all of it has come with the right size and digest.
    func fetch(_ blob: ContentDescriptor, into sink: any BlobSink) async throws
}

/// A registry.
struct RegistryOrigin: LayerOrigin {
    let client: RegistryClient
    let reference: ImageReference

    func fetch(_ blob: ContentDescriptor, into sink: any BlobSink) async throws {
        try await client.fetchBlob(blob, of: reference, into: sink)
    }
}

/// A folder that is an image layout.
struct LayoutOrigin: LayerOrigin {
    let blobs: BlobStore

    func fetch(_ blob: ContentDescriptor, into sink: any BlobSink) async throws {
        let path = blobs.path(blob.digest)
        try await onThread(named: "copy") { try copy(path, blob, sink) }
    }

    private func copy(_ path: String, _ blob: ContentDescriptor, _ sink: any BlobSink) throws {
        let file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        let status = try file.status()
        guard status.kind == .regular, status.size == blob.size else {
            throw ImageError(
                .digestMismatch,
                image: blob.digest.description,
                message: "\(path) is not of \(blob.size) bytes"
            )
        }
        let actual = try Digest.computing(blob.digest.algorithm, over: file) { try sink.append($0) }
        guard actual == blob.digest else {
            throw ImageError(
                .digestMismatch,
                image: blob.digest.description,
                message: "\(path) has the digest \(actual)"
            )
        }
    }
}

/// Nowhere: the blobs are in the store, or the image cannot be had.
struct LocalOrigin: LayerOrigin {
    func fetch(_ blob: ContentDescriptor, into sink: any BlobSink) async throws {
        throw ImageError(.notFound, image: blob.digest.description, message: "the blob is not in the store")
    }
}
