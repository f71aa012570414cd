import Archive
import CLinux
import Glibc
import Linux
import TestSupport

/// A layer's archive extracted into a folder of the test's, beside something that it must not touch.
struct Extraction {
    let folder: TemporaryDirectory
    var layer: String { folder("layer") }

    init() throws {
        folder = try TemporaryDirectory("archive")
        try FileSystem.makeDirectories(folder("layer"))
        try FileSystem.makeDirectories(folder("outside"))
        try FileSystem.write(folder("outside/secret"), Array("secret".utf8))
    }

    /// Unpacks bytes as they are: compressed or not.
    @discardableResult
    func unpack(_ bytes: [UInt8], limits: ExtractionLimits = ExtractionLimits()) throws -> UnpackedLayer {
        let root = try Descriptor.open(layer, O_RDONLY | O_DIRECTORY)
        return try LayerUnpacker.unpack(MemorySource(bytes), into: root, limits: limits)
    }

    /// Builds an archive and unpacks it.
    @discardableResult
    func unpack(limits: ExtractionLimits = ExtractionLimits(), _ build: (inout TarBuilder) throws -> Void) throws
        -> UnpackedLayer
    {
        var tar = TarBuilder()
        try build(&tar)
        return try unpack(tar.archive, limits: limits)
    }

    /// What is in the layer, as find(1) lists it: kind, mode, owner, link count, name, target.
    func listing() throws -> [String] {
        try Command("find", layer, "-mindepth", "1", "-printf", "%y %m %U:%G %n %P %l\\n").run().checked().text
            .split(separator: "\n").map { String($0).trimmed }.sorted()
    }

    /// Whether everything beside the layer is as it was.
    var outsideIsUntouched: Bool {
        get throws {
            try FileSystem.list(folder.path) == ["layer", "outside"] && FileSystem.list(folder("outside")) == ["secret"]
                && FileSystem.readText(folder("outside/secret")) == "secret"
                && FileSystem.status(folder("outside/secret")).linkCount == 1
        }
    }

    func attribute(_ path: String, _ name: String) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: 256)
        let length = lgetxattr("\(layer)/\(path)", name, &value, value.count)
        return length < 0 ? nil : Array(value[..<length])
    }
}

/// Bytes in memory, given in portions of an awkward size.
final class MemorySource: ByteSource, @unchecked Sendable {
    // Used by one thread.
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, rest.count, 7919)
        buffer.copyBytes(from: rest.prefix(count))
        rest = rest.dropFirst(count)
        return count
    }

    func cancel() {}
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
