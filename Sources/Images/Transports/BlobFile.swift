import Glibc
import Linux
import OCISpec
import Registry

/// Blobs that are files of a folder that somebody else made.
enum BlobFile {
    private static let manifestLimit = 4 << 20

    /// Opens a file below a folder; no link leads out of it.
    static func open(_ path: String, below folder: String) throws(SystemError) -> Descriptor {
        let root = try Descriptor.open(folder, O_RDONLY | O_DIRECTORY)
        return try Descriptor.open(inRoot: root.rawValue, path, O_RDONLY | O_NONBLOCK)
    }

    /// The bytes of a small file.
    static func read(_ path: String, below folder: String, limit: Int = manifestLimit) throws(SystemError) -> [UInt8] {
        try open(path, below: folder).readToEnd(limit: limit)
    }

    /// Passes a blob on, on a thread of its own, and checks it.
    static func copy(_ path: String, below folder: String, _ descriptor: ContentDescriptor, into sink: any BlobSink) async throws {
        try await onThread(named: "copy") { try send(path, folder, descriptor, sink) }
    }

    private static func send(_ path: String, _ folder: String, _ descriptor: ContentDescriptor, _ sink: any BlobSink) throws {
        let file = try open(path, below: folder)
        let status = try file.status()
        guard status.kind == .regular, status.size == descriptor.size else {
            throw TransportError("\(folder)/\(path)", "not of \(descriptor.size) bytes")
        }
        let actual = try Digest.computing(descriptor.digest.algorithm, over: file) { try sink.append($0) }
        guard actual == descriptor.digest else {
            throw TransportError("\(folder)/\(path)", "has the digest \(actual), not \(descriptor.digest)")
        }
    }

    /// A manifest of a folder, with the digest that it must have.
    static func manifest(_ path: String, below folder: String, _ descriptor: ContentDescriptor) throws -> FetchedManifest {
        let bytes = try read(path, below: folder)
        let found = try FetchedManifest(bytes, announcedAs: descriptor.mediaType, algorithm: descriptor.digest.algorithm)
        guard found.descriptor.digest == descriptor.digest else {
            throw TransportError("\(folder)/\(path)", "has the digest \(found.descriptor.digest), not \(descriptor.digest)")
        }
        return found
    }
}
