import ImageStore
import Linux
import OCISpec
import TestSupport
import Testing

/// What registries.conf says of names that leave their registry out.
@Suite("Pulling by a short name", .needsPrivateHost, .timeLimit(.minutes(2)))
struct ShortNameTests {
    @Test("the registries that are searched are asked in their order; the image keeps the name that it was asked by")
    func search() async throws {
        let folder = try TemporaryDirectory("short")
        let registry = try LoopbackRegistry(in: folder)
        let image = try TestImage.small()
        try image.write(folder("layout"))
        try registry.push(layout: folder("layout"), as: "app:1", ["--preserve-digests"])
        let empty = try ScriptedServer { _ in .init(404) }
        let path = try folder.write("registries.conf", "unqualified-search-registries = ['\(empty.address)', '\(registry.address)']")
        var configuration = ImageStore.Configuration(imagesDirectory: folder("store/images"), layersDirectory: folder("store/layers"))
        configuration.registry.registries = .init(main: path)
        let store = try await ImageStore.open(configuration)
        let pulled = try await store.pull("app:1")
        #expect(pulled.manifestDigest == image.manifestDigest && pulled.reference == "docker.io/library/app:1")
        #expect(try await store.image(named: "app:1")?.manifestDigest == image.manifestDigest)
        #expect(empty.requests.map(\.path) == ["/v2/app/manifests/1"])
        await expect(.notFound) { try await store.pull("other:1") }
        withExtendedLifetime(registry) {}
    }
}
