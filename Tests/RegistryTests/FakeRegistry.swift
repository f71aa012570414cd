import JSONCoding
import OCISpec
import Registry
import Synchronization
import TestSupport

/// A registry with one image, whose answers a test may change.
final class FakeRegistry: Sendable {
    static let layer = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }

    let configurationBytes: [UInt8]
    let manifestBytes: [UInt8]
    let manifest: ImageManifest
    private let started = Mutex<ScriptedServer?>(nil)

    var server: ScriptedServer {
        guard let server = started.withLock({ $0 }) else { preconditionFailure("not started") }
        return server
    }

    typealias Handler = @Sendable (FakeRegistry, ScriptedServer.Request) -> ScriptedServer.Answer?

    /// `handler` answers what it wants to and leaves the rest to the registry.
    init(platform: Platform = .host, diffIDs: Int = 1, _ handler: @escaping Handler = { _, _ in nil }) throws {
        let digest = Digest.sha256(of: Self.layer)
        let configuration = ImageConfiguration(
            platform: platform,
            rootfs: ImageConfiguration.RootFileSystem(diffIDs: Array(repeating: digest, count: diffIDs))
        )
        configurationBytes = try JSON.encode(configuration)
        manifest = ImageManifest(
            config: ContentDescriptor(
                mediaType: .ociConfiguration,
                digest: .sha256(of: configurationBytes),
                size: Int64(configurationBytes.count)
            ),
            layers: [ContentDescriptor(mediaType: .ociLayer, digest: digest, size: Int64(Self.layer.count))]
        )
        manifestBytes = try JSON.encode(manifest)
        let server = try ScriptedServer { [unowned self] request in handler(self, request) ?? answer(request) }
        started.withLock { $0 = server }
    }

    var reference: ImageReference {
        get throws { try ImageReference("\(server.address)/app:v1") }
    }

    var layerDescriptor: ContentDescriptor { manifest.layers[0] }

    /// A client that does not wait long between tries.
    static func client(_ change: (inout RegistryConfiguration) -> Void = { _ in }) -> RegistryClient {
        var configuration = RegistryConfiguration()
        configuration.credentialFiles = []
        configuration.retries.firstDelay = .milliseconds(1)
        configuration.retries.longestDelay = .milliseconds(5)
        change(&configuration)
        return RegistryClient(configuration: configuration)
    }

    func resolve(with client: RegistryClient = FakeRegistry.client()) async throws -> ResolvedImage {
        try await client.resolve(try reference, for: .host)
    }

    func fetchLayer(into sink: CollectingBlob, with client: RegistryClient = FakeRegistry.client()) async throws {
        try await client.fetchBlob(layerDescriptor, of: try reference, into: sink)
    }

    private func answer(_ request: ScriptedServer.Request) -> ScriptedServer.Answer {
        switch request.path {
        case "/v2/app/manifests/v1":
            .init(200, ["Content-Type": MediaType.ociManifest.rawValue], body: manifestBytes)
        case "/v2/app/blobs/\(manifest.config.digest)":
            .init(200, body: configurationBytes)
        case "/v2/app/blobs/\(layerDescriptor.digest)":
            .init(200, body: Self.layer)
        default:
            .init(404, body: Array(#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#.utf8))
        }
    }
}

/// A blob in memory.
final class CollectingBlob: BlobSink {
    private let collected = Mutex<[UInt8]>([])
    var bytes: [UInt8] { collected.withLock { $0 } }

    func append(_ bytes: UnsafeRawBufferPointer) {
        collected.withLock { $0.append(contentsOf: bytes) }
    }
}
