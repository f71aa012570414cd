import Builder
import Glibc
import ImageStore
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// A store, a builder on it, and a context, in a folder of their own. Programs are not run: that needs a host.
struct Workbench {
    let folder: TemporaryDirectory
    let store: ImageStore
    let builder: ImageBuilder
    var context: String { folder("context") }

    init() async throws {
        folder = try TemporaryDirectory("builder")
        store = try await ImageStore.open(.init(imagesDirectory: folder("images"), layersDirectory: folder("layers")))
        builder = try ImageBuilder(
            .init(store: store, runtime: "/nonexistent", runFolder: folder("run"), stateFolder: folder("state"))
        )
        try FileSystem.makeDirectories(folder("context"))
    }

    func write(_ name: String, _ text: String) throws {
        try FileSystem.makeDirectories(FileSystem.split("\(context)/\(name)").directory)
        try FileSystem.write("\(context)/\(name)", Array(text.utf8))
    }

    /// Builds, and answers the image and the events.
    @discardableResult
    func build(_ text: String, _ change: (inout BuildRequest) -> Void = { _ in }) async throws -> (
        image: StoredImage, cached: Int
    ) {
        var request = BuildRequest(file: try Containerfile(Array(text.utf8)), context: context)
        request.names = ["localhost/test:1"]
        request.ignore = try .find(context: context, file: "\(context)/Containerfile")
        change(&request)
        let counter = Counter()
        _ = try await builder.build(request) { if case .cached = $0 { counter.add() } }
        return (try #require(try await store.image(named: request.names[0])), counter.value)
    }

    private final class Counter: @unchecked Sendable {
        // Events come one after another.
        private(set) var value = 0
        func add() { value += 1 }
    }

    /// A file of an image's layers, the topmost that has it.
    func read(_ path: String, of image: StoredImage) throws -> String? {
        for layer in image.layerDirectories.reversed() where FileSystem.exists("\(layer)/\(path)") {
            return String(decoding: try FileSystem.read("\(layer)/\(path)"), as: UTF8.self)
        }
        return nil
    }

    func status(_ path: String, of image: StoredImage) throws -> stat {
        for layer in image.layerDirectories.reversed() where FileSystem.exists("\(layer)/\(path)") {
            var status = stat()
            try retrying("lstat", path) { lstat("\(layer)/\(path)", &status) }
            return status
        }
        throw SystemError(call: "lstat", errno: ENOENT, subject: path)
    }
}
