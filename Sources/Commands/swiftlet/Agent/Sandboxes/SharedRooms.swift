import PodEngine
import PodSpec
import Sandboxes
import Synchronization

/// What the engine must leave alone: it collects what belongs to none of its pods, and CRI's sandboxes are none of them.
final class SandboxOwnership: Sendable {
    private let service = Mutex<SandboxService?>(nil)

    func set(_ service: SandboxService) { self.service.withLock { $0 = service } }

    var sandboxes: Set<String> { service.withLock { $0 }?.ids ?? [] }
    var images: Set<String> { service.withLock { $0 }?.usedImages ?? [] }

    func mountedLayers() throws -> Set<String> { try service.withLock { $0 }?.mountedLayers() ?? [] }
}

/// The networks as the engine sees them.
struct SharedNetworks: PodNetworking {
    let networks: any PodNetworking
    let ownership: SandboxOwnership

    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState {
        try await networks.setUp(request)
    }

    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure) {
        try await networks.govern(policies, pods: pods)
    }

    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure) {
        try await networks.tearDown(podUID: podUID, namespacePath: namespacePath)
    }

    func status(podUID: String) async -> PodNetworkState? { await networks.status(podUID: podUID) }

    /// Asked after the networks: a sandbox is among CRI's before it is connected, and until it is not any more.
    func connectedPods() async -> Set<String> { await networks.connectedPods().subtracting(ownership.sandboxes) }

    func retain(only podUIDs: Set<String>) async { await networks.retain(only: podUIDs.union(ownership.sandboxes)) }
}

/// The images as the engine's collector sees them: those of CRI's containers are none that may go.
struct SharedImages: ImageKeeping {
    let images: any ImageKeeping
    let ownership: SandboxOwnership

    func images() async throws(ImageFailure) -> [KeptImage] {
        let used = ownership.images
        return try await images.images().filter { image in
            !used.contains { image.identifier == $0 || $0.hasSuffix("@\(image.identifier)") }
                && !image.names.contains(where: used.contains)
        }
    }

    func remove(_ image: KeptImage, sparing mounted: Set<String>) async throws(ImageFailure) {
        let ours: Set<String>
        do { ours = try ownership.mountedLayers() } catch {
            throw ImageFailure(.other, "which layers are mounted is not known: \(error)")
        }
        try await images.remove(image, sparing: mounted.union(ours))
    }

    func normalized(_ reference: String) -> String { images.normalized(reference) }

    func diskUsage() throws(ImageFailure) -> DiskUsage { try images.diskUsage() }
}
