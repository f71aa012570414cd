import Archive
import Glibc
import ImageStore
import Linux
import OCISpec

/// Makes a layer of what a root's upper folder holds.
struct LayerMaker: Sendable {
    let store: ImageStore
    var compression = LayerCompressor.Form.gzip
    var format = BuildRequest.Format.oci
    var clock = BuildRequest.Clock.now

    /// The layer, in the store and unpacked; nil where nothing has changed. The upper folder stays the caller's.
    func make(of folders: OverlayFolders, upon below: BuiltLayer?) async throws -> BuiltLayer? {
        let path = try await store.makeBlobPath()
        let this = self
        let written = try await onThread(named: "archive") { try this.write(folders, to: path) }
        guard written.count > 0 else {
            try FileSystem.removeFile(path)
            return nil
        }
        let diffID = Digest(algorithm: .sha256, hash: written.result.archiveHash)
        let layer = BuiltLayer(
            blob: ContentDescriptor(
                mediaType: mediaType,
                digest: Digest(algorithm: .sha256, hash: written.result.fileHash),
                size: written.result.fileBytes
            ),
            diffID: diffID,
            chainID: BuiltLayer.chainID(of: diffID, upon: below?.chainID)
        )
        try await store.add(layer, from: path)
        return layer
    }

    private var mediaType: MediaType {
        switch (format, compression) {
        case (.oci, .none): .ociLayer
        case (.oci, .gzip): .ociLayerGzip
        case (.oci, .zstd): .ociLayerZstd
        case (.docker, .none): .dockerLayer
        case (.docker, .gzip): .dockerLayerGzip
        case (.docker, .zstd): .dockerLayerZstd
        }
    }

    private func write(_ folders: OverlayFolders, to path: String) throws -> (
        count: Int, result: LayerCompressor.Result
    ) {
        do {
            let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
            let compressor = LayerCompressor(file, form: compression)
            let writer = TarWriter { try compressor.write($0) }
            let times: LayerArchiver.Times =
                switch clock {
                case .now: .kept
                case .epoch(let second): .atMost(second)
                case .fixed(let second): .all(second)
                }
            let archiver = LayerArchiver(writer, times: times, below: folders.lower)
            let root = try Descriptor.open(folders.upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            try archiver.archive(root, includesRoot: try folders.rootHasChanged())
            try writer.finish()
            return (archiver.count, try compressor.finish())
        } catch {
            // What cannot be removed now is removed when the store is opened the next time.
            try? FileSystem.removeFile(path)
            throw error
        }
    }
}
