import AgentAPI
import ImageStore
import OCISpec
import PodEngine

extension AgentBackend {
    func getImage(_ request: ImageGetRequest) async throws(Fault) -> ImageDetail {
        let image = try await find(request.image)
        let config = image.configuration.config
        var process = ImageDetail.Process()
        process.entrypoint = config?.entrypoint ?? []
        process.command = config?.command ?? []
        process.environment = config?.environment ?? []
        process.workingDirectory = config?.workingDirectory
        process.user = config?.user
        process.stopSignal = config?.stopSignal
        return ImageDetail(
            image: ImageSummary(image),
            labels: config?.labels ?? [:],
            process: process,
            layers: image.configuration.rootfs.diffIDs.map(\.description),
            usedBy: ImageUse(engine.store).users(of: image).map(\.description)
        )
    }

    func removeImage(_ request: ImageRemoveRequest) async throws(Fault) -> ImageRemoval {
        let image = try await find(request.image)
        do {
            // A name more is one that nothing needs, as long as no pod has that very name.
            let isLastName = try await images.list().count { $0.manifestDigest == image.manifestDigest } == 1
            let users = ImageUse(engine.store).users(of: image, byContent: isLastName || !Self.isName(request.image))
            if !users.isEmpty, request.force != true {
                throw Fault(
                    .conflict,
                    "image \"\(request.image)\" is used by \(users.map { "pod \"\($0)\"" }.joined(separator: ", "))",
                    reason: "ImageInUse",
                    hint: "delete the pods, or give --force: what they have mounted stays until they end"
                )
            }
            // What a pull of a moment ago still holds would stay otherwise.
            try await images.settle()
            let removal = ImageRemoval(try await images.remove(request.image, inUse: try await mountedLayers()))
            observation.noteImage(image.reference, "ImageRemoved", "A client has removed \(request.image)")
            return removal
        } catch let fault as Fault {
            throw fault
        } catch {
            throw Fault(image: error)
        }
    }

    func pruneImages(_ request: ImagePruneRequest) async throws(Fault) -> ImageRemoval {
        await engine.store.waitUntilSynced()
        do {
            try await images.settle()
            let mounted = try await mountedLayers()
            let use = ImageUse(engine.store)
            var removal = ImageRemoval()
            for (digest, names) in Dictionary(grouping: try await images.list(), by: \.manifestDigest) {
                guard names.allSatisfy({ use.users(of: $0).isEmpty }) else { continue }
                let isNameless = names.allSatisfy { $0.reference == digest.description }
                guard request.all == true || isNameless else { continue }
                removal.add(ImageRemoval(try await images.remove(digest.description, inUse: mounted)))
                let name = names.first?.reference ?? digest.description
                observation.noteImage(name, "ImageRemoved", "A client has removed what no pod uses: \(name)")
            }
            removal.add(ImageRemoval(try await images.collect(inUse: mounted)))
            removal.untagged.sort()
            return removal
        } catch {
            throw Fault(image: error)
        }
    }

    /// Not known is not removed: it throws.
    private func mountedLayers() async throws -> Set<Digest> { try await images.layers(in: try engine.mountedLayers()) }

    private func find(_ name: String) async throws(Fault) -> StoredImage {
        await engine.store.waitUntilSynced()
        let image: StoredImage?
        do { image = try await images.image(named: name) } catch { throw Fault(image: error) }
        guard let image else { throw Fault(.notFound, "image \"\(name)\" not found", reason: "ImageNotFound") }
        return image
    }

    /// A name by tag, not by content.
    private static func isName(_ text: String) -> Bool {
        // What is no reference is an identifier.
        guard let reference = try? ImageReference(text) else { return false }
        let isIdentifier = text.utf8.count >= 12 && text.allSatisfy(\.isHexDigit) || text.hasPrefix("sha256:")
        return reference.digest == nil && !isIdentifier
    }
}

/// Which pods use which images.
struct ImageUse {
    private let pods: [(key: PodKey, images: Set<String>)]

    init(_ store: PodStore) {
        // What is no reference names no image.
        pods = store.pods.map { ($0.key, $0.images { (try? ImageReference($0).description) ?? $0 }) }
    }

    /// - Parameter byContent: pods count that run the same content under another name.
    func users(of image: StoredImage, byContent: Bool = true) -> [PodKey] {
        pods.filter { pod in
            pod.images.contains(image.reference) || byContent && pod.images.contains(image.manifestDigest.description)
        }.map(\.key)
    }
}

extension ImageRemoval {
    fileprivate init(_ report: RemovalReport) {
        self.init(untagged: report.names, deleted: report.blobs.map(\.description), bytes: report.bytes)
    }

    fileprivate mutating func add(_ other: ImageRemoval) {
        untagged += other.untagged
        deleted += other.deleted
        bytes += other.bytes
    }
}
