import Glibc
import Linux
import OCISpec
import Registry

/// `dir:` to read from: `manifest.json`, and beside it each blob under its digits.
public struct FolderSource: ImageSource {
    private let path: String

    public init(path: String) { self.path = path }

    public var name: String { "dir:\(path)" }

    public func root() throws -> FetchedManifest {
        try FetchedManifest(try BlobFile.read("manifest.json", below: path), announcedAs: nil)
    }

    public func manifest(_ descriptor: ContentDescriptor) throws -> FetchedManifest {
        try BlobFile.manifest("\(descriptor.digest.hex).manifest.json", below: path, descriptor)
    }

    public func blob(_ descriptor: ContentDescriptor, into sink: any BlobSink) async throws {
        try await BlobFile.copy(descriptor.digest.hex, below: path, descriptor, into: sink)
    }
}

/// `dir:` to write to.
public struct FolderDestination: ImageDestination {
    private static let marker = "Directory Transport Version: 1.1\n"
    private let path: String

    /// The folder is made, or is one that was made like this; its former image goes.
    public init(path: String) throws {
        self.path = path
        if FileSystem.exists(path), try !FileSystem.list(path).isEmpty {
            guard let version = try? FileSystem.readText("\(path)/version"), version.hasPrefix("Directory Transport Version: 1.") else {
                throw TransportError("dir:\(path)", "the folder is not empty and not one of this transport")
            }
            for name in try FileSystem.list(path) { try FileSystem.removeTree("\(path)/\(name)") }
        }
        try FileSystem.makeDirectories(path)
        try FileSystem.write("\(path)/version", Array(Self.marker.utf8))
    }

    public var name: String { "dir:\(path)" }

    public func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) -> Bool {
        FileSystem.exists("\(path)/\(descriptor.digest.hex)")
    }

    public func take(_ descriptor: ContentDescriptor, file: String) async throws {
        try await FileMove.move(file, to: "\(path)/\(descriptor.digest.hex)")
    }

    public func take(_ manifest: FetchedManifest, isRoot: Bool) throws {
        let file = isRoot ? "manifest.json" : "\(manifest.descriptor.digest.hex).manifest.json"
        try FileSystem.writeAtomically("\(path)/\(file)", manifest.bytes, durable: isRoot)
    }

    public func finish() {}
}
