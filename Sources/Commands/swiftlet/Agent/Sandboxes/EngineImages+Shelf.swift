import ImageStore
import JSONCoding
import OCISpec
import PodEngine
import Registry
import Sandboxes

/// The images of the store as CRI wants them.
extension EngineImages: ImageShelf {
    var folders: [String] { store.folders }

    func images() async throws(ImageFailure) -> [ShelvedImage] {
        do { return try Self.shelved(try await store.list()) } catch { throw ImageFailure(error) }
    }

    func image(_ name: String) async throws(ImageFailure) -> ShelvedImage? {
        do {
            guard let image = try await store.image(named: name) else { return nil }
            let all = try await store.list().filter { $0.manifestDigest == image.manifestDigest }
            return try Self.shelved(all.isEmpty ? [image] : all).first
        } catch { throw ImageFailure(error) }
    }

    func pull(_ reference: String, credentials: PullCredentials?) async throws(ImageFailure) -> ShelvedImage {
        do {
            let image = try await store.pull(reference, credentials: credentials.map(RegistryCredentials.init))
            guard let shelved = try await self.image(image.configurationDigest.description) else {
                throw ImageFailure(.other, "image \"\(reference)\" was removed while it was pulled")
            }
            return shelved
        } catch { throw ImageFailure(error) }
    }

    func remove(_ name: String, sparing mounted: Set<String>) async throws(ImageFailure) {
        do { _ = try await store.remove(name, inUse: try await store.layers(in: mounted)) } catch { throw ImageFailure(error) }
    }

    /// Every image once: entries are by name.
    private static func shelved(_ entries: [StoredImage]) throws -> [ShelvedImage] {
        try Dictionary(grouping: entries, by: \.manifestDigest).values.compactMap { entries in
            guard let image = entries.first else { return nil }
            var shelved = ShelvedImage(
                id: image.configurationDigest.description,
                manifestDigest: image.manifestDigest.description,
                names: entries.map(\.reference).sorted(),
                size: image.size,
                process: PodImage(image).process
            )
            shelved.configuration = String(decoding: try JSON.encode(image.configuration), as: UTF8.self)
            return shelved
        }
    }
}

extension RegistryCredentials {
    fileprivate init(_ credentials: PullCredentials) {
        switch credentials.secret {
        case .password(let user, let password): self = .password(Credentials(user: user, password: password))
        case .identity(let token): self = .identityToken(token)
        case .registry(let token): self = .registryToken(token)
        }
    }
}
