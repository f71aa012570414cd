import OCISpec
import Registry

/// A place that an image is read from.
public protocol ImageSource: Sendable {
    /// How people name it.
    var name: String { get }
    /// The manifest or index that the name means.
    func root() async throws -> FetchedManifest
    /// A manifest that an index names.
    func manifest(_ descriptor: ContentDescriptor) async throws -> FetchedManifest
    /// Writes a blob into `sink`, and returns when all of it has come with the right size and digest.
    func blob(_ descriptor: ContentDescriptor, into sink: any BlobSink) async throws
    /// The repository, where it is one: a destination in the same registry need not be sent what is there.
    var repository: ImageReference? { get }
    /// Lets the image be copied, or throws. Asked before blobs are; `digests` are the manifest's, behind those of its indexes.
    func admit(_ digests: [Digest]) async throws
    /// Ends the use of it: what was made for reading goes.
    func close() throws
}

extension ImageSource {
    public var repository: ImageReference? { nil }
    public func close() throws {}
    public func admit(_ digests: [Digest]) async throws {}
}

/// A place that an image is written to.
public protocol ImageDestination: Sendable {
    /// How people name it.
    var name: String { get }
    /// What it takes. Nil: anything.
    var requirements: ImageRequirements { get }
    /// Whether a blob is there, or could be taken over from the source's repository without being sent.
    func holds(_ descriptor: ContentDescriptor, from source: ImageReference?) async throws -> Bool
    /// Takes the blob that the file holds; the file may be moved away.
    func take(_ descriptor: ContentDescriptor, file: String) async throws
    /// Takes a manifest, after all that it names. The root is the last.
    func take(_ manifest: FetchedManifest, isRoot: Bool) async throws
    /// Makes the image visible.
    func finish() async throws
    /// Gives up: what is half made goes.
    func abandon()
}

extension ImageDestination {
    public var requirements: ImageRequirements { ImageRequirements() }
    public func abandon() {}
}

/// What a destination takes only.
public struct ImageRequirements: Sendable, Hashable {
    public var format: ImageFormat?
    public var compression: MediaType.LayerCompression?
    /// Whether it has room for an index and its images.
    public var takesIndexes = true

    public init() {}
}

/// The two families of media types.
public enum ImageFormat: String, Sendable, CaseIterable {
    case oci
    /// Docker's image manifest, version 2, schema 2.
    case v2s2
}
