import ImageStore
import Linux
import OCISpec
import Synchronization
import TestSupport
import Testing

/// From Debian's docker-registry, filled by skopeo.
@Suite("Pulling from a real registry", .needsPrivateHost)
struct PullTests {
    private let folder: TemporaryDirectory
    private let registry: LoopbackRegistry

    init() throws {
        folder = try TemporaryDirectory("pull")
        registry = try LoopbackRegistry(in: folder)
    }

    private func store(_ name: String = "store") async throws -> ImageStore {
        try await ImageStore.open(
            ImageStore.Configuration(
                imagesDirectory: folder("\(name)/images"),
                layersDirectory: folder("\(name)/layers")
            )
        )
    }

    private func layer(_ name: String, _ text: String) -> [UInt8] {
        var tar = TarBuilder()
        tar.folder("data/")
        tar.add("data/\(name)", text)
        return tar.archive
    }

    @Test("layers of every compression become folders, with progress", arguments: [false, true])
    func everyCompression(docker: Bool) async throws {
        // docker-registry knows no zstd in Docker's own types.
        let image = try TestImage(
            [(layer("a", "one"), .none), (layer("b", "two"), .gzip)] + (docker ? [] : [(layer("c", "three"), .zstd)]),
            docker: docker
        ) { $0.config?.command = ["/bin/sh"] }
        try image.write(folder("layout"))
        let name = try registry.push(layout: folder("layout"), as: "app:v1", docker ? ["--format", "v2s2"] : [])

        let states = Mutex<[Digest: [PullProgress.State]]>([:])
        let store = try await store()
        let pulled = try await store.pull(name) { progress in
            states.withLock { $0[progress.layer, default: []].append(progress.state) }
        }

        #expect(pulled.reference == name)
        #expect(pulled.configuration.config?.command == ["/bin/sh"])
        #expect(pulled.layerDirectories.count == image.manifest.layers.count)
        #expect(try FileSystem.readText("\(pulled.layerDirectories[0])/data/a") == "one")
        #expect(try FileSystem.readText("\(pulled.layerDirectories[1])/data/b") == "two")
        if !docker { #expect(try FileSystem.readText("\(pulled.layerDirectories[2])/data/c") == "three") }
        for seen in states.withLock({ $0 }).values {
            #expect(seen.first == .waiting)
            #expect(seen.last == .done)
        }
        #expect(try await store.image(named: name) == pulled)
        #expect(try await store.list() == [pulled])
    }

    @Test("what skopeo reads in the store is what it pushed")
    func skopeoReadsTheStore() async throws {
        let image = try TestImage.small()
        try image.write(folder("layout"))
        let name = try registry.push(layout: folder("layout"), as: "app:v1")
        _ = try await store().pull(name)
        let raw = try Command("skopeo", "inspect", "--raw", "oci:\(folder("store/images")):\(name)").run().checked()
        #expect(raw.output == image.manifestBytes)
        try Command(
            "skopeo",
            "copy",
            "--quiet",
            "--insecure-policy",
            "oci:\(folder("store/images")):\(name)",
            "dir:\(folder("copy"))"
        ).run().checked()
    }

    @Test("the image for this machine is taken from an index; its digest finds it again")
    func index() async throws {
        let mine = try TestImage.small("mine")
        let other = try TestImage(
            [(layer("x", "other"), .gzip)],
            platform: Platform(architecture: Platform.host.architecture == "s390x" ? "amd64" : "s390x")
        )
        let indexBytes = try TestIndex.write(folder("layout"), [other, mine])
        let name = try registry.push(layout: folder("layout"), as: "multi:v1", ["--all"])
        let store = try await store()
        let pulled = try await store.pull(name)
        #expect(pulled.manifestDigest == mine.manifestDigest)
        let byDigest = "\(registry.address)/multi@\(digest(indexBytes))"
        #expect(try await store.image(named: byDigest)?.manifestDigest == mine.manifestDigest)
        #expect(try await store.pull(byDigest).manifestDigest == mine.manifestDigest)
    }

    @Test("a tag that moved is followed; layers that are here are not fetched again")
    func movedTag() async throws {
        let base = layer("base", "base")
        try TestImage([(base, .gzip)]).write(folder("one"))
        let name = try registry.push(layout: folder("one"), as: "app:v1")
        let store = try await store()
        let first = try await store.pull(name)
        #expect(try await store.pull(name) == first)

        try TestImage([(base, .gzip), (layer("new", "new"), .gzip)]).write(folder("two"))
        try registry.push(layout: folder("two"), as: "app:v1")
        let states = Mutex<[PullProgress.State]>([])
        let second = try await store.pull(name) { progress in states.withLock { $0.append(progress.state) } }
        #expect(second.layerDirectories.first == first.layerDirectories.first)
        #expect(second.manifestDigest != first.manifestDigest)
        #expect(states.withLock { $0.contains(.exists) })
        #expect(try await store.list().count == 1)
    }

    @Test("an image that is not there, and a registry that is not there")
    func missing() async throws {
        let store = try await store()
        await expect(.notFound) {
            try await store.pull("\(registry.address)/nothing:v1")
        }
        await expect(.unreachable) { try await store.pull("127.0.0.1:1/app:v1") }
        await expect(.invalidReference) { try await store.pull("No Such/Name") }
        #expect(try await store.image(named: "\(registry.address)/nothing:v1") == nil)
    }

    @Test("many pulls of one image at once are one")
    func concurrent() async throws {
        try TestImage.small().write(folder("layout"))
        let name = try registry.push(layout: folder("layout"), as: "app:v1")
        let store = try await store()
        let images = try await withThrowingTaskGroup(of: StoredImage.self) { group in
            for _ in 0..<20 { group.addTask { try await store.pull(name) } }
            return try await group.reduce(into: Set<StoredImage>()) { $0.insert($1) }
        }
        #expect(images.count == 1)
        #expect(try FileSystem.list(folder("store/images/.swiftlet/ingest")).isEmpty)
        #expect(try FileSystem.list(folder("store/layers/.work")).isEmpty)
    }
}
