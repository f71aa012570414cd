import Linux
import OCISpec
import Registry
import Signatures

extension ImageStore {
    /// Brings an image from its registry into the store, as far as it is not there, and gives it its name here.
    ///
    /// A tag is looked up in the registry every time (one request when nothing changed); a digest that is here is not.
    /// Several calls for the same image share the work. `progress` is called from any thread and must not block. Throws
    /// `ImageError`, or `CancellationError` when the task is cancelled.
    public nonisolated func pull(
        _ name: String,
        progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> StoredImage {
        do {
            let reference = try ImageReference(name)
            let places = try registry.candidates(for: name)
            let key = ([reference] + places).map(\.description).joined(separator: " ")
            return try await work.pulls.run(key, events: progress) { emit in
                try await self.fetch(reference, places, from: self.registry, emit)
            }
        } catch {
            throw ImageError.mapping(error, image: name)
        }
    }

    /// The same with credentials for this pull, in place of those of the machine's files; nil for those. They are shared with no other
    /// call, and forgotten.
    public nonisolated func pull(
        _ name: String,
        credentials: RegistryCredentials?,
        progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> StoredImage {
        guard let credentials else { return try await pull(name, progress: progress) }
        do {
            let places = try registry.candidates(for: name)
            let client = registry.authenticated(with: credentials)
            return try await fetch(try ImageReference(name), places, from: client, progress)
        } catch {
            throw ImageError.mapping(error, image: name)
        }
    }

    /// Fetches an image from the first of the places that its name may stand for and that has it; it is kept under its own name.
    private nonisolated func fetch(
        _ reference: ImageReference,
        _ places: [ImageReference],
        from registry: RegistryClient,
        _ emit: @escaping Emit
    ) async throws -> StoredImage {
        var failures: [String] = []
        for place in places.dropLast() {
            do {
                return try await fetch(reference, at: place, from: registry, emit)
            } catch let error as RegistryError {
                failures.append(error.description)
            }
        }
        guard let last = places.last else { preconditionFailure("a name stands for something") }
        do {
            return try await fetch(reference, at: last, from: registry, emit)
        } catch let error as RegistryError where !failures.isEmpty {
            throw ImageError(.notFound, image: reference.description, message: (failures + [error.description]).joined(separator: "; "))
        }
    }

    private func fetch(
        _ reference: ImageReference,
        at place: ImageReference,
        from registry: RegistryClient,
        _ emit: @escaping Emit
    ) async throws -> StoredImage {
        let admission = configuration.admission
        // Whom the policy refuses by name is not even asked for.
        _ = try admission.terms(for: place)
        if let entry = try find(reference.description), let present = try await complete(entry) {
            let current = reference.digest == nil ? try await registry.currentDigest(of: place) : nil
            let known = [entry.sourceDigest ?? entry.digest, present.manifestDigest]
            if reference.digest != nil || (current != nil && current == known[0]) {
                // What was good when it came need not be under the policy of today.
                try await admission.admit(place, digests: known, client: registry)
                report(present, emit)
                return present
            }
        }
        let resolved = try await registry.resolve(place, for: configuration.platform) { digests in
            try await admission.admit(place, digests: digests, client: registry)
        }
        let documents = ImageDocuments(
            manifestDigest: resolved.descriptor.digest,
            manifestSize: resolved.descriptor.size,
            manifest: resolved.manifest,
            configuration: resolved.configuration
        )
        try await adding(documents) { staging in
            let origin = RegistryOrigin(client: registry, reference: place)
            try await makeLayers(of: documents, from: origin, staging: staging, emit: emit)
            try blobs.write(resolved.configurationBytes, resolved.manifest.config.digest)
            try blobs.write(resolved.manifestBytes, resolved.descriptor.digest)
            try record(resolved.descriptor, as: reference.description, source: resolved.sourceDigest)
        }
        settleLater()
        return stored(documents, as: reference.description)
    }

    private func report(_ image: StoredImage, _ emit: Emit) {
        guard let layers = documents[image.manifestDigest]?.plannedLayers else { return }
        for layer in layers {
            let size = layer.blob.size
            emit(PullProgress(layer: layer.blob.digest, state: .exists, bytes: size, total: size))
        }
    }

    /// Gives an image its name in the index; what had the name before loses it.
    func record(_ descriptor: ContentDescriptor, as name: String, source: Digest?) throws {
        var entry = descriptor
        var annotations = [ImageAnnotation.referenceName: name]
        if let source, source != descriptor.digest {
            annotations[IndexFile.sourceDigestAnnotation] = source.description
        }
        entry.annotations = annotations
        try StoreLock.hold(paths.lock) {
            var index = try self.index.read()
            index.manifests.removeAll { $0.imageName == name }
            index.manifests.append(entry)
            try self.index.write(index)
        }
    }

    /// Brings what was made to the disk, and returns when it is there. A program that ends after a `load` calls this.
    public func settle() async throws {
        guard let journal = journalOfProcess else { return }
        let paths = paths
        do {
            try await onThread(named: "settle") { try journal.settle { try paths.synchronize() } }
        } catch {
            throw ImageError.mapping(error, image: paths.images)
        }
    }

    /// Does so a little later: the pod that waits for the image comes first.
    func settleLater() {
        // Outlives the call that it belongs to.
        Task.detached { [weak self] in
            try await Task.sleep(for: .seconds(2))
            // When it fails, the journal keeps what it has, and the next store that is opened looks after it.
            try? await self?.settle()
        }
    }
}
