import Archive
import Glibc
import Linux
import OCISpec
import Registry
import Synchronization

extension ImageStore {
    typealias Emit = @Sendable (PullProgress) -> Void

    /// Runs the adding of an image with everything that it needs written down: what is missing and what is there.
    ///
    /// `body` gets the name that what is half made begins with.
    func adding<Result>(_ documents: ImageDocuments, _ body: (String) async throws -> Result) async throws -> Result {
        let journal = try journal()
        let items = documents.items
        try StoreLock.hold(paths.lock) {
            try journal.begin(making: items.filter { !isPresent($0) }, using: items.filter(isPresent))
        }
        defer { journal.end() }
        return try await body(journal.name)
    }

    /// Brings all layers of an image into the store.
    func makeLayers(
        of documents: ImageDocuments,
        from origin: any LayerOrigin,
        staging journal: String,
        emit: @escaping Emit
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for layer in documents.plannedLayers {
                emit(PullProgress(layer: layer.blob.digest, state: .waiting, bytes: 0, total: layer.blob.size))
                group.addTask { try await self.makeOnce(layer, from: origin, staging: journal, emit: emit) }
            }
            try await group.waitForAll()
        }
    }

    /// Makes a layer, or waits for whoever makes it now. Where that was for another image and failed, the fault may be of
    /// that image's registry: then it is made from our own origin.
    private nonisolated func makeOnce(
        _ layer: PlannedLayer,
        from origin: any LayerOrigin,
        staging journal: String,
        emit: @escaping Emit
    ) async throws {
        let turn = Turn()
        while true {
            do {
                return try await work.layers.run(layer.chainID, events: emit) { [work] emit in
                    turn.take()
                    try await work.slots.run {
                        try await self.make(layer, from: origin, staging: journal, emit: emit)
                    }
                }
            } catch where !turn.isTaken {
                try Task.checkCancellation()
            }
        }
    }

    private func isPresent(_ item: Journal.Item) -> Bool {
        switch item {
        case .blob(let digest): blobs.has(digest)
        case .layer(let chainID): layers.has(chainID)
        }
    }

    /// Fetches and unpacks one layer, as far as it is not there.
    private nonisolated func make(
        _ layer: PlannedLayer,
        from origin: any LayerOrigin,
        staging journal: String,
        emit: @escaping Emit
    ) async throws {
        let blob = layer.blob
        let report: @Sendable (PullProgress.State, Int64) -> Void = { state, bytes in
            emit(PullProgress(layer: blob.digest, state: state, bytes: bytes, total: blob.size))
        }
        let staging = "\(journal).\(UInt32.random(in: .min ... .max))"
        let hasLayer = layers.has(layer.chainID)
        if blobs.has(blob.digest, size: blob.size) {
            if hasLayer { return report(.exists, blob.size) }
            report(.extracting, blob.size)
            let file = FileSource(try Descriptor.open(blobs.path(blob.digest), O_RDONLY | O_NOFOLLOW))
            try await unpack(file, layer, staging)
        } else {
            let meter = ProgressMeter { report(.downloading, $0) }
            let ingest = try BlobIngest(path: "\(blobs.ingestDirectory)/\(staging)") { meter.update($0) }
            do {
                if hasLayer {
                    try await origin.fetch(blob, into: ingest)
                } else {
                    try await fetchAndUnpack(layer, from: origin, ingest, staging) { report(.extracting, blob.size) }
                }
                try blobs.adopt(ingest.path, blob.digest)
            } catch {
                // What cannot be removed now is removed when the store is opened the next time.
                try? FileSystem.removeFile(ingest.path)
                throw error
            }
        }
        report(.done, blob.size)
    }

    /// The download and, right behind it, the unpacking.
    private nonisolated func fetchAndUnpack(
        _ layer: PlannedLayer,
        from origin: any LayerOrigin,
        _ ingest: BlobIngest,
        _ staging: String,
        fetched: @escaping @Sendable () -> Void
    ) async throws {
        let source = ingest.source()
        let corruption = try await withThrowingTaskGroup(of: ArchiveError?.self) { group in
            group.addTask {
                do {
                    try await origin.fetch(layer.blob, into: ingest)
                    ingest.finish(.success(()))
                    fetched()
                    return nil
                } catch {
                    ingest.finish(.failure(error))
                    throw error
                }
            }
            group.addTask {
                do {
                    try await self.unpack(source, layer, staging)
                    return nil
                } catch let error as ArchiveError where error.mayComeFromWrongBytes {
                    // If the blob is not what its digest says, that is what is to be said: wait for the download.
                    return error
                }
            }
            var corruption: ArchiveError?
            for try await result in group where result != nil { corruption = result }
            return corruption
        }
        if let corruption { throw corruption }
    }

    private nonisolated func unpack(_ source: any ByteSource, _ layer: PlannedLayer, _ staging: String) async throws {
        let (layers, limits) = (layers, configuration.limits)
        try await onThread(named: "unpack") {
            try layers.unpack(
                source,
                as: layer.chainID,
                diffID: layer.diffID,
                staging: staging,
                limits: limits
            )
        }
    }
}

/// Whether it was our closure that did a piece of shared work.
private final class Turn: Sendable {
    private let taken = Atomic(false)

    var isTaken: Bool { taken.load(ordering: .acquiring) }

    func take() { taken.store(true, ordering: .releasing) }
}

extension ArchiveError {
    /// Whether bytes that were damaged on the way would look like this.
    fileprivate var mayComeFromWrongBytes: Bool {
        switch reason {
        case .corrupt, .truncated, .badHeader, .unsupportedType: true
        default: false
        }
    }
}
