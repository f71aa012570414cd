import Glibc
import ImageStore
import JSONCoding
import Linux
import OCISpec
import Synchronization
import TestSupport
import Testing

/// What is left in a store after a pull that could not succeed: nothing.
@Suite("Pulls that fail", .needsPrivateHost, .timeLimit(.minutes(2)))
struct MisbehavingRegistryTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("bad") }

    private func open(_ directory: String? = nil) async throws -> ImageStore {
        let directory = directory ?? folder("store")
        var configuration = ImageStore.Configuration(
            imagesDirectory: "\(directory)/images",
            layersDirectory: "\(directory)/layers"
        )
        configuration.registry.retries.firstDelay = .milliseconds(1)
        configuration.registry.retries.longestDelay = .milliseconds(5)
        return try await ImageStore.open(configuration)
    }

    /// Serves an image; `change` may answer otherwise.
    private func serve(
        _ image: TestImage,
        _ change: @escaping @Sendable (ScriptedServer.Request) -> ScriptedServer.Answer? = { _ in nil }
    ) throws -> ScriptedServer {
        try ScriptedServer { request in
            if let answer = change(request) { return answer }
            let name = String(request.path.split(separator: "/").last ?? "")
            if name == "v1" {
                return .init(200, ["Content-Type": MediaType.ociManifest.rawValue], body: image.manifestBytes)
            }
            guard let digest = try? Digest(name), let blob = image.blobs[digest] else { return .init(404) }
            return .init(200, body: blob)
        }
    }

    private func expectNothingKept(_ directory: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let directory = directory ?? folder("store")
        #expect(try FileSystem.list("\(directory)/layers") == [".work"], sourceLocation: sourceLocation)
        #expect(try FileSystem.list("\(directory)/layers/.work").isEmpty, sourceLocation: sourceLocation)
        #expect(try FileSystem.list("\(directory)/images/blobs/sha256").isEmpty, sourceLocation: sourceLocation)
        #expect(try FileSystem.list("\(directory)/images/.swiftlet/ingest").isEmpty, sourceLocation: sourceLocation)
    }

    @Test("a layer with other bytes, cut off, or answered with errors")
    func layers() async throws {
        let image = try TestImage.small()
        let layer = image.manifest.layers[0]
        let store = try await open()
        let wrong = try serve(image) { request in
            request.path.hasSuffix(layer.digest.hex)
                ? .init(200, body: Array(repeating: 7, count: Int(layer.size))) : nil
        }
        await expect(.digestMismatch) { try await store.pull("\(wrong.address)/app:v1") }
        let short = try serve(image) { request in
            request.path.hasSuffix(layer.digest.hex) ? .init(200, body: Array(repeating: 7, count: 3)) : nil
        }
        await expect(.digestMismatch) { try await store.pull("\(short.address)/app:v1") }
        let failing = try serve(image) { request in request.path.hasSuffix(layer.digest.hex) ? .init(500) : nil }
        await expect(.registryFailure) { try await store.pull("\(failing.address)/app:v1") }
        try expectNothingKept()
        #expect(try await store.list().isEmpty)
    }

    @Test("a layer whose archive is another than the configuration says")
    func diffID() async throws {
        let image = try TestImage([(TarBuilder().archive, .gzip)]) { configuration in
            configuration.rootfs.diffIDs = [.sha256(of: [1])]
        }
        let server = try serve(image)
        let store = try await open()
        await expect(.digestMismatch) { try await store.pull("\(server.address)/app:v1") }
        #expect(try FileSystem.list(folder("store/layers")) == [".work"])
        #expect(try await store.list().isEmpty)
    }

    @Test("a hostile layer in a real image")
    func hostile() async throws {
        var tar = TarBuilder()
        tar.add("../../evil", "evil")
        let server = try serve(try TestImage([(tar.archive, .gzip)]))
        let store = try await open()
        await expect(.invalidImage) { try await store.pull("\(server.address)/app:v1") }
        try expectNothingKept()
    }

    @Test("a cancelled pull leaves nothing, and the next one works")
    func cancelled() async throws {
        let image = try TestImage.small()
        let layer = image.manifest.layers[0]
        let hold = Mutex(true)
        let server = try serve(image) { request in
            guard request.path.hasSuffix(layer.digest.hex), hold.withLock({ $0 }) else { return nil }
            return .init(200, body: [0x1F], announced: Int(layer.size), neverEnds: true)
        }
        let store = try await open()
        let name = "\(server.address)/app:v1"
        let started = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await store.pull(name) { if $0.state == .downloading { started.continuation.yield() } }
        }
        for await _ in started.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        hold.withLock { $0 = false }
        #expect(try await store.pull(name).manifestDigest == image.manifestDigest)
    }

    @Test("a full disk is said to be one, and nothing is half there")
    func fullDisk() async throws {
        var tar = TarBuilder()
        // Does not compress, and is larger than the disk.
        let noise = try Command("head", "-c", "6000000", "/dev/urandom").run().checked().output
        tar.add(Array("noise".utf8), noise)
        let host = try await TestHost("full")
        defer { host.close() }
        _ = try await host.run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", "/mnt").checked()
        // The host's mount as seen from here.
        let directory = "/proc/\(host.holder)/root/mnt"
        let server = try serve(try TestImage([(tar.archive, .gzip)]))
        let store = try await open(directory)
        await expect(.diskFull) { try await store.pull("\(server.address)/app:v1") }
        try expectNothingKept(directory)
        let small = try serve(try TestImage.small())
        _ = try await store.pull("\(small.address)/app:v1")
    }

    @Test("every step of a pull may be the last one of a process: what is there afterwards is whole")
    func killed() async throws {
        // A pull that hangs in its layer, in a store that is then opened by another as if its process were gone.
        let image = try TestImage.small()
        let layer = image.manifest.layers[0]
        let server = try serve(image) { request in
            request.path.hasSuffix(layer.digest.hex)
                ? .init(200, body: [0x1F, 0x8B], announced: Int(layer.size), neverEnds: true) : nil
        }
        let store = try await open()
        let name = "\(server.address)/app:v1"
        let started = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await store.pull(name) { if $0.state == .downloading { started.continuation.yield() } }
        }
        for await _ in started.stream { break }
        // A copy of the store has everything but the living process's locks.
        try Command("cp", "-a", folder("store"), folder("copy")).run().checked()
        task.cancel()
        _ = await task.result
        let copy = try await open(folder("copy"))
        try expectNothingKept(folder("copy"))
        #expect(try FileSystem.list(folder("copy/images/.swiftlet/journal")).isEmpty)
        #expect(try await copy.list().isEmpty)
    }
}
