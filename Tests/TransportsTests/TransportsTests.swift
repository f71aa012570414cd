import ImageStore
import JSONCoding
import Linux
import OCISpec
import Registry
import TestSupport
import Testing
import Transports

/// Against Debian's docker-registry, skopeo, umoci and podman.
@Suite("Transports", .needsPrivateHost, .timeLimit(.minutes(3)))
struct TransportsTests {
    private let folder: TemporaryDirectory
    private let registry: LoopbackRegistry
    private let image: SampleImage
    private let layout: String

    init() throws {
        folder = try TemporaryDirectory("transports")
        registry = try LoopbackRegistry(in: folder)
        layout = folder("sample")
        image = try SampleImage.write(layout, ["one", "two", "three"], name: "v1")
    }

    private var rooms: TransportRooms {
        var configuration = RegistryConfiguration()
        configuration.registries = .none
        configuration.credentialFiles = []
        let folder = folder
        return TransportRooms(client: RegistryClient(configuration: configuration), storeLayout: folder("store/images")) {
            try await ImageStore.open(
                ImageStore.Configuration(imagesDirectory: folder("store/images"), layersDirectory: folder("store/layers")))
        }
    }

    @discardableResult
    private func copy(_ from: String, _ to: String, _ change: (inout ImageCopier.Options) -> Void = { _ in }) async throws -> Digest {
        var options = ImageCopier.Options()
        change(&options)
        let source = try await TransportName(from).source(rooms)
        let digest = try await ImageCopier(from: source, to: try await TransportName(to).destination(rooms), options).run()
        try source.close()
        return digest
    }

    private func skopeo(_ arguments: String...) throws -> String {
        try Command(["skopeo", "--insecure-policy"] + arguments).run().checked().text
    }

    private func skopeoDigest(_ place: String) throws -> String {
        let tls = place.hasPrefix("docker://") ? ["--tls-verify=false"] : []
        let raw = try Command(["skopeo", "inspect", "--raw"] + tls + [place]).run().checked().output
        return Digest.sha256(of: raw).description
    }

    @Test("what swiftlet writes to every place skopeo reads, with the same digest")
    func writing() async throws {
        let places = [
            "docker://\(registry.address)/app:1", "oci:\(folder("out")):v2", "dir:\(folder("dir"))", "oci-archive:\(folder("out.tar")):v2",
        ]
        for place in places {
            #expect(try await copy("oci:\(layout):v1", place) == image.digest)
            #expect(try skopeoDigest(place) == image.digest.description, "\(place)")
        }
    }

    @Test("what skopeo writes to every place swiftlet reads, with the same digest")
    func reading() async throws {
        let tls = "--dest-tls-verify=false"
        let places = [
            "docker://\(registry.address)/app:1", "oci:\(folder("out")):v2", "dir:\(folder("dir"))", "oci-archive:\(folder("out.tar")):v2",
        ]
        for (number, place) in places.enumerated() {
            _ = try skopeo("copy", "--preserve-digests", tls, "oci:\(layout):v1", place)
            #expect(try await copy(place, "oci:\(folder("back")):v\(number)") == image.digest, "\(place)")
        }
        #expect(try skopeoDigest("oci:\(folder("back")):v3") == image.digest.description)
    }

    @Test("docker's archives go both ways, and podman loads ours")
    func dockerArchives() async throws {
        try await copy("oci:\(layout):v1", "docker-archive:\(folder("ours.tar")):example.com/app:1")
        _ = try skopeo("copy", "oci:\(layout):v1", "docker-archive:\(folder("theirs.tar")):example.com/app:1")
        _ = try skopeo("copy", "docker-archive:\(folder("ours.tar"))", "oci:\(folder("a")):x")
        let theirs = try await copy("docker-archive:\(folder("theirs.tar")):example.com/app:1", "dir:\(folder("b"))")
        let ours = try await copy("docker-archive:\(folder("ours.tar"))", "dir:\(folder("c"))")
        #expect(theirs == ours)
        let loaded = try Command(
            "podman", "--root", folder("podman/root"), "--runroot", folder("podman/run"), "--storage-driver", "vfs", "load", "-i",
            folder("ours.tar")
        ).run().checked()
        #expect(loaded.text.contains("example.com/app:1"))
        await #expect(throws: TransportError.self) { try await copy("oci:\(layout):v1", "docker-archive:\(folder("ours.tar"))") }
    }

    @Test("umoci unpacks what was copied, and copies of umoci's are the same")
    func umoci() async throws {
        try await copy("oci:\(layout):v1", "oci:\(folder("u")):v1")
        try Command("umoci", "unpack", "--image", "\(folder("u")):v1", folder("bundle")).run().checked()
        #expect(FileSystem.exists(folder("bundle/rootfs/data/three")))
        try Command("umoci", "config", "--image", "\(folder("u")):v1", "--tag", "v2", "--author", "somebody").run().checked()
        let digest = try await copy("oci:\(folder("u")):v2", "docker://\(registry.address)/u:2")
        #expect(try skopeoDigest("oci:\(folder("u")):v2") == digest.description)
    }

    @Test("the store takes images and gives them, and skopeo reads it meanwhile")
    func store() async throws {
        #expect(try await copy("oci:\(layout):v1", "store:app:1") == image.digest)
        #expect(try await copy("store:app:1", "docker://\(registry.address)/app:1") == image.digest)
        #expect(try skopeoDigest("oci:\(folder("store/images")):docker.io/library/app:1") == image.digest.description)
        await #expect(throws: TransportError.self) { try await copy("store:none", "dir:\(folder("none"))") }
        let store = try await rooms.store()
        #expect(try await store.check().isGood)
        let usage = try await store.usage()
        #expect(usage.images.map(\.name) == ["docker.io/library/app:1"] && usage.total == usage.images[0].size)
        // A blob that has lost a byte is found; so is one that went.
        let blobs = folder("store/images/blobs/sha256")
        let names = try FileSystem.list(blobs).filter { $0 != image.digest.hex }.sorted()
        try FileSystem.write("\(blobs)/\(names[0])", [1])
        try FileSystem.removeFile("\(blobs)/\(names[1])")
        let check = try await store.check()
        #expect(check.damaged.map(\.hex) == [names[0]])
        #expect(Set(check.missing.map(\.digest.hex)) == Set(names[..<2]))
    }

    @Test("other compression and the other format, with what uncompressed layers are staying the same")
    func conversion() async throws {
        try await copy("oci:\(layout):v1", "oci:\(folder("z")):z") { $0.compression = .zstd }
        try await copy("oci:\(folder("z")):z", "docker://\(registry.address)/app:d") { $0.compression = .gzip; $0.format = .v2s2 }
        let raw = try Command("skopeo", "inspect", "--raw", "--tls-verify=false", "docker://\(registry.address)/app:d").run().checked()
        let manifest = try JSON.decode(ImageManifest.self, from: raw.output)
        #expect(manifest.mediaType == .dockerManifest && manifest.layers.allSatisfy { $0.mediaType == .dockerLayerGzip })
        // The store compares the layers' digests with the configuration's.
        try await copy("docker://\(registry.address)/app:d", "store:d:1")
        try await copy("oci:\(folder("z")):z", "store:z:1")
        await #expect(throws: TransportError.self) { try await copy("oci:\(folder("z")):z", "dir:\(folder("x"))") { $0.format = .v2s2 } }
        await #expect(throws: TransportError.self) {
            try await copy("oci:\(layout):v1", "dir:\(folder("y"))") { $0.format = .v2s2; $0.preservesDigests = true }
        }
    }

    @Test("of an index all images go along, or the one for the platform")
    func indexes() async throws {
        let two = try SampleImage.write(folder("multi"), ["a"])
        let entries = [
            ContentDescriptor(
                mediaType: .ociManifest, digest: two.digest, size: Int64(two.manifest.count),
                platform: Platform(architecture: Platform.host.architecture)),
            ContentDescriptor(
                mediaType: .ociManifest, digest: two.digest, size: Int64(two.manifest.count), platform: Platform(architecture: "s390x")),
        ]
        let bytes = try JSON.encode(ImageIndex(manifests: entries))
        let digest = Digest.sha256(of: bytes)
        try FileSystem.write("\(folder("multi"))/blobs/sha256/\(digest.hex)", bytes)
        let root = ContentDescriptor(
            mediaType: .ociIndex, digest: digest, size: Int64(bytes.count), annotations: [ImageAnnotation.referenceName: "multi"])
        try FileSystem.write("\(folder("multi"))/index.json", try JSON.encode(ImageIndex(manifests: [root])))
        #expect(try await copy("oci:\(folder("multi")):multi", "docker://\(registry.address)/multi:1") { $0.takesAll = true } == digest)
        #expect(try await copy("docker://\(registry.address)/multi:1", "dir:\(folder("all"))") { $0.takesAll = true } == digest)
        #expect(try skopeoDigest("dir:\(folder("all"))") == digest.description)
        #expect(try await copy("docker://\(registry.address)/multi:1", "dir:\(folder("one"))") == two.digest)
        await #expect(throws: TransportError.self) {
            try await copy("docker://\(registry.address)/multi:1", "dir:\(folder("none"))") { $0.platform = Platform(architecture: "mips") }
        }
        // Converted, the index names what its images have become.
        try await copy("docker://\(registry.address)/multi:1", "docker://\(registry.address)/multi:d") { $0.takesAll = true; $0.format = .v2s2 }
        let back = try await copy("docker://\(registry.address)/multi:d", "dir:\(folder("d"))") { $0.takesAll = true }
        #expect(try skopeoDigest("docker://\(registry.address)/multi:d") == back.description)
    }

    @Test("names", arguments: [
        "docker://a.lan/b:1", "oci:/x", "oci:/x:name:with@colons", "oci-archive:/x.tar:n", "docker-archive:/x.tar:docker.io/library/a:1", "dir:/x", "store:a",
    ])
    func names(text: String) throws {
        #expect(try TransportName(text).description == text && TransportName.isOne(text))
    }

    @Test("what is no name is refused", arguments: ["busybox", "docker:busybox", "docker://UP", "oci:", "oci:/x:", "dir:", "store:", "ftp://x"])
    func badNames(text: String) {
        #expect(throws: TransportError.self) { try TransportName(text) }
    }

    @Test("hostile places: blobs that are others, links out of the folder, archives that climb")
    func hostile() async throws {
        let blobs = "\(layout)/blobs/sha256"
        let layer = try JSON.decode(ImageManifest.self, from: image.manifest).layers[0].digest.hex
        let good = try FileSystem.read("\(blobs)/\(layer)")
        var wrong = good
        wrong[20] ^= 1
        try FileSystem.write("\(blobs)/\(layer)", wrong)
        await #expect(throws: TransportError.self) { try await copy("oci:\(layout):v1", "dir:\(folder("o1"))") }
        #expect(!FileSystem.exists(folder("o1/manifest.json")))
        try FileSystem.removeFile("\(blobs)/\(layer)")
        let outside = folder("outside")
        try FileSystem.write(outside, good)
        try FileSystem.makeSymbolicLink(at: "\(blobs)/\(layer)", to: outside)
        await #expect(throws: (any Error).self) { try await copy("oci:\(layout):v1", "dir:\(folder("o2"))") }
        var tar = TarBuilder()
        tar.add("../../manifest.json", "[]")
        let archive = folder("climb.tar")
        try FileSystem.write(archive, tar.archive)
        await #expect(throws: (any Error).self) { try await copy("docker-archive:\(archive)", "dir:\(folder("o3"))") }
        try FileSystem.makeDirectories(folder("precious"))
        try folder.write("precious/file", "x")
        await #expect(throws: TransportError.self) { try await copy("oci:\(layout):v1", "dir:\(folder("precious"))") }
        #expect(FileSystem.exists(folder("precious/file")))
    }
}
