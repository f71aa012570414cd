import PodEngine

/// An image in the store, as CRI shows it.
public struct ShelvedImage: Sendable, Hashable {
    /// The digest of its configuration, `sha256:…`.
    public var id: String
    public var manifestDigest: String
    /// The references by which it is found, normalised: `docker.io/library/busybox:1.36`, `…@sha256:…`.
    public var names: [String]
    /// Bytes.
    public var size: Int64
    public var process: PodImage.Process
    /// The image's configuration as JSON.
    public var configuration: String

    public init(
        id: String,
        manifestDigest: String,
        names: [String],
        size: Int64,
        process: PodImage.Process
    ) {
        self.id = id
        self.manifestDigest = manifestDigest
        self.names = names
        self.size = size
        self.process = process
        configuration = ""
    }
}

/// What one pull authenticates with. It shows in no description.
public struct PullCredentials: Sendable, CustomStringConvertible, CustomReflectable {
    public enum Secret: Sendable {
        case password(user: String, password: String)
        /// Of OAuth 2: exchanged for a token.
        case identity(token: String)
        /// Sent as it is.
        case registry(token: String)
    }

    public var secret: Secret

    public init(_ secret: Secret) { self.secret = secret }

    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The room of images, as CRI sees it.
public protocol ImageShelf: Sendable {
    /// Every image once, whatever names it has.
    func images() async throws(ImageFailure) -> [ShelvedImage]

    /// By a reference, an id, or the beginning of one; nil where there is none.
    func image(_ name: String) async throws(ImageFailure) -> ShelvedImage?

    /// - Parameter credentials: used for this pull and forgotten; nil: those of the machine's files.
    func pull(_ reference: String, credentials: PullCredentials?) async throws(ImageFailure) -> ShelvedImage

    /// Removes the image under all its names; nothing where there is none.
    ///
    /// - Parameter mounted: folders of layers that stay in any case.
    func remove(_ name: String, sparing mounted: Set<String>) async throws(ImageFailure)

    /// Where images and layers lie: the first is the one to be shown.
    var folders: [String] { get }
}
