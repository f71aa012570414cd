import ImageStore
import OCISpec
import PodEngine
import Registry
import Synchronization

/// The engine's images, kept by `ImageStore`.
struct EngineImages: ImageProviding {
    let store: ImageStore

    func image(named reference: String) async throws(ImageFailure) -> PodImage? {
        do {
            return try await store.image(named: reference).map(PodImage.init)
        } catch {
            throw ImageFailure(error)
        }
    }

    func pull(
        _ reference: String,
        with secrets: [PullSecret],
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage {
        var refusal: ImageFailure?
        for credentials in try credentials(for: reference, in: secrets) {
            do throws(ImageFailure) { return try await pull(reference, credentials, progress) } catch {
                // Registries also say of what they do not show to somebody that it is not there.
                guard error.kind == .unauthorized || error.kind == .notFound else { throw error }
                refusal = refusal ?? error
            }
        }
        // Last with what the machine itself knows; what it is told then says less than what the pod's own credentials met.
        do throws(ImageFailure) { return try await pull(reference, nil, progress) } catch { throw refusal ?? error }
    }

    private func credentials(
        for reference: String,
        in secrets: [PullSecret]
    ) throws(ImageFailure) -> [RegistryCredentials] {
        if secrets.isEmpty { return [] }
        let image: ImageReference
        do { image = try ImageReference(reference) } catch { throw ImageFailure(.invalidName, "\(error)") }
        var found: [RegistryCredentials] = []
        for secret in secrets {
            do throws(CredentialTable.Malformed) {
                let table = try CredentialTable(secret.bytes, form: secret.form == .configuration ? .configuration : .legacy)
                found += table.credentials(for: image).map { .password($0) }
            } catch {
                throw ImageFailure(.other, "Secret \"\(secret.name)\": \(error)")
            }
        }
        return found
    }

    private func pull(
        _ reference: String,
        _ credentials: RegistryCredentials?,
        _ progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage {
        let layers = Mutex<[Digest: PullProgress]>([:])
        do {
            let image = try await store.pull(reference, credentials: credentials) { layer in
                progress(
                    layers.withLock { layers in
                        layers[layer.layer] = layer
                        return ImagePullProgress(
                            completedBytes: layers.values.reduce(0) { $0 + $1.bytes },
                            totalBytes: layers.values.reduce(0) { $0 + $1.total }
                        )
                    }
                )
            }
            return PodImage(image)
        } catch {
            throw ImageFailure(error)
        }
    }

    func user(_ user: String, in image: PodImage) async throws(ImageFailure) -> UserNumbers {
        do {
            let found = try store.user(user, inLayers: image.layerDirectories, of: image.reference)
            return UserNumbers(
                uid: found.userID,
                gid: found.groupID,
                additionalGroups: found.additionalGroups
            )
        } catch {
            throw ImageFailure(error)
        }
    }
}

extension PodImage {
    init(_ image: StoredImage) {
        let config = image.configuration.config
        self.init(
            reference: image.reference,
            identifier: image.manifestDigest.description,
            layerDirectories: image.layerDirectories,
            process: Process(
                entrypoint: config?.entrypoint ?? [],
                command: config?.command ?? [],
                environment: config?.environment ?? [],
                workingDirectory: config?.workingDirectory ?? "",
                user: config?.user ?? "",
                stopSignal: config?.stopSignal
            )
        )
    }
}

extension ImageFailure {
    init(_ error: any Error) {
        guard let error = error as? ImageError else {
            self.init(.other, "\(error)")
            return
        }
        let kind: Kind =
            switch error.kind {
            case .invalidReference: .invalidName
            case .notFound, .noMatchingPlatform: .notFound
            case .unauthorized: .unauthorized
            case .unreachable, .registryFailure: .registryUnavailable
            case .digestMismatch, .invalidImage: .corrupt
            case .diskFull: .noSpace
            case .signatureRefused: .signature
            case .storage: .other
            }
        self.init(kind, error.description)
    }
}
