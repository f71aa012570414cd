import Glibc
import ImageStore
import Linux
import OCISpec
import TestSupport
import Testing

@Suite("The store", .needsPrivateHost)
struct StoreTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("store") }

    private func open() async throws -> ImageStore {
        try await ImageStore.open(
            ImageStore.Configuration(imagesDirectory: folder("images"), layersDirectory: folder("layers"))
        )
    }

    private func layer(_ name: String) -> (archive: [UInt8], compression: TestImage.Compression) {
        var tar = TarBuilder()
        tar.add(name, name)
        return (tar.archive, .gzip)
    }

    private func blobs() throws -> Set<String> { Set(try FileSystem.list(folder("images/blobs/sha256"))) }
    private func layers() throws -> [String] { try FileSystem.list(folder("layers")).filter { !$0.hasPrefix(".") } }

    @Test("a layout is loaded from a folder and from an archive, under its own name or another")
    func load() async throws {
        let image = try TestImage.small()
        try image.write(folder("layout"), name: "demo:v1")
        let store = try await open()
        let own = try await store.load(layout: folder("layout"))
        #expect(own.map(\.reference) == ["docker.io/library/demo:v1"])
        #expect(own.first?.manifestDigest == image.manifestDigest)
        try Command("tar", "-C", folder("layout"), "-cf", folder("layout.tar"), ".").run().checked()
        let given = try await store.load(layout: folder("layout.tar"), name: "localhost/other:v2")
        #expect(given.map(\.reference) == ["localhost/other:v2"])
        #expect(try await store.list().count == 2)
        #expect(try await store.image(named: "demo:v1") == own.first)
        #expect(try await store.image(named: image.manifestDigest.description)?.manifestDigest == image.manifestDigest)
        #expect(try await store.image(named: own[0].configurationDigest.shortHex) != nil)
        #expect(try FileSystem.list(folder("layers/.work")).isEmpty)
    }

    @Test("what is no layout is refused; so is one whose blobs are not what they are called")
    func badLayouts() async throws {
        let store = try await open()
        await expect(.invalidImage) { try await store.load(layout: folder.path) }
        try FileSystem.write(folder("noise"), Array("no tar".utf8))
        await expect(.invalidImage) { try await store.load(layout: folder("noise")) }
        let image = try TestImage.small()
        try image.write(folder("layout"))
        await expect(.invalidReference) { try await store.load(layout: folder("layout")) }
        let blob = folder("layout/blobs/sha256/\(image.manifest.layers[0].digest.hex)")
        var bytes = try FileSystem.read(blob)
        bytes[bytes.count - 1] ^= 1
        try FileSystem.write(blob, bytes)
        await expect(.digestMismatch) { try await store.load(layout: folder("layout"), name: "demo:v1") }
        #expect(try layers().isEmpty)
        #expect(try await store.list().isEmpty)
    }

    @Test("removing takes what nobody else needs, and spares what is in use")
    func remove() async throws {
        let store = try await open()
        try TestImage([layer("base"), layer("one")]).write(folder("one"))
        try TestImage([layer("base"), layer("two")]).write(folder("two"))
        let one = try await store.load(layout: folder("one"), name: "one:v1")[0]
        let two = try await store.load(layout: folder("two"), name: "two:v1")[0]
        #expect(try layers().count == 3)
        // This process's journal names them until they are durable: a second store in it stands for another process.
        let report = try await store.remove("one:v1", inUse: [one.chainIDs[1]])
        #expect(report.names == ["docker.io/library/one:v1"])
        #expect(try await store.image(named: "one:v1") == nil)
        #expect(FileSystem.exists(one.layerDirectories[1]))
        #expect(try await store.image(named: "two:v1") == two)
        #expect(try await store.remove("one:v1") == RemovalReport())
    }

    @Test("after the journal is settled, a collection leaves what the index names and nothing else")
    func collect() async throws {
        var first: ImageStore? = try await open()
        try TestImage([layer("base"), layer("one")]).write(folder("one"))
        try TestImage([layer("base"), layer("two")]).write(folder("two"))
        let one = try await first?.load(layout: folder("one"), name: "one:v1")[0]
        let two = try await first?.load(layout: folder("two"), name: "two:v1")[0]
        try await first?.settle()
        let report = try await first?.remove("one:v1")
        #expect(report?.layers == one.map { [$0.chainIDs[1]] })
        #expect(report?.blobs.count == 3)
        #expect(try blobs().count == 4)
        #expect(try await first?.image(named: "two:v1") == two)
        first = nil
        let again = try await open()
        #expect(try await again.image(named: "two:v1") == two)
        #expect(try await again.collect() == RemovalReport())
    }

    @Test("what another process adds is seen at once")
    func otherProcess() async throws {
        let mine = try await open()
        let other = try await open()
        try TestImage.small().write(folder("layout"))
        #expect(try await mine.image(named: "demo:v1") == nil)
        _ = try await other.load(layout: folder("layout"), name: "demo:v1")
        #expect(try await mine.image(named: "demo:v1") != nil)
        // Not even a collection by this process harms what the other is still about to make durable.
        #expect(try await mine.collect() == RemovalReport())
    }

    @Test("an image that skopeo writes into the layout is there with its short name, and is unpacked when asked for")
    func skopeoWritesTheStore() async throws {
        let store = try await open()
        let image = try TestImage.small()
        try image.write(folder("layout"))
        try Command(
            "skopeo",
            "copy",
            "--quiet",
            "--insecure-policy",
            "oci:\(folder("layout"))",
            "oci:\(folder("images")):demo:v1"
        ).run().checked()
        let found = try #require(try await store.image(named: "demo:v1"))
        #expect(found.manifestDigest == image.manifestDigest)
        #expect(try FileSystem.readText("\(found.layerDirectories[0])/etc/greeting") == "hello")
    }

    @Test("a layer that got lost is made again from its blob; an image whose blob got lost is not there")
    func healing() async throws {
        let store = try await open()
        try TestImage.small().write(folder("layout"))
        let image = try await store.load(layout: folder("layout"), name: "demo:v1")[0]
        try FileSystem.removeTree(image.layerDirectories[0])
        #expect(try await store.image(named: "demo:v1") == image)
        #expect(FileSystem.exists(image.layerDirectories[0]))
        for blob in try blobs() { try FileSystem.removeFile(folder("images/blobs/sha256/\(blob)")) }
        #expect(try await store.image(named: "demo:v1") == nil)
        #expect(try await store.list().isEmpty)
    }

    @Test("leftovers of a killed process go when the store is opened; those of a living one stay")
    func leftovers() async throws {
        let alive = try await open()
        try TestImage.small().write(folder("layout"))
        _ = try await alive.load(layout: folder("layout"), name: "demo:v1")
        let journal = try #require(try FileSystem.list(folder("images/.swiftlet/journal")).first)
        let name = String(journal.prefix { $0 != "." })
        try FileSystem.makeDirectories(folder("layers/.work/\(name).1/etc"))
        try FileSystem.makeDirectories(folder("layers/.work/dead.1/etc"))
        try FileSystem.write(folder("images/.swiftlet/ingest/dead.2"), [1, 2, 3])
        _ = try await open()
        #expect(try FileSystem.list(folder("layers/.work")) == ["\(name).1"])
        #expect(try FileSystem.list(folder("images/.swiftlet/ingest")).isEmpty)
    }

    @Test("after a loss of power, what was being made is verified or made again")
    func powerCut() async throws {
        let image = try TestImage.small()
        try image.write(folder("layout"))
        var store: ImageStore? = try await open()
        let before = try await store?.load(layout: folder("layout"), name: "demo:v1")[0]
        store = nil
        // The journal of a boot that is over, and a layer whose files did not reach the disk.
        let journal = try #require(try FileSystem.list(folder("images/.swiftlet/journal")).first)
        let path = folder("images/.swiftlet/journal/\(journal)")
        let text = try FileSystem.readText(path)
        let old = text.split(separator: "\n").dropFirst().joined(separator: "\n")
        try FileSystem.write(path, Array("boot 00000000-0000-0000-0000-000000000000\n\(old)\nmake blob sha25".utf8))
        let directory = try #require(before?.layerDirectories.first)
        try FileSystem.write("\(directory)/etc/greeting", [])
        let layer = image.manifest.layers[0].digest.hex
        let lost = try FileSystem.read(folder("images/blobs/sha256/\(layer)"))
        try FileSystem.write(folder("images/blobs/sha256/\(layer)"), Array(repeating: 0, count: lost.count))

        let after = try await open()
        #expect(!FileSystem.exists(directory))
        #expect(!FileSystem.exists(folder("images/blobs/sha256/\(layer)")))
        #expect(try await after.image(named: "demo:v1") == nil)
        #expect(try FileSystem.list(folder("images/.swiftlet/journal")).isEmpty)
        // Loaded again it is whole.
        let again = try await after.load(layout: folder("layout"), name: "demo:v1")[0]
        #expect(try FileSystem.readText("\(again.layerDirectories[0])/etc/greeting") == "hello")
    }

    @Test("layers are root's alone")
    func permissions() async throws {
        _ = try await open()
        #expect(try FileSystem.status(folder("layers")).permissions == 0o700)
    }
}
