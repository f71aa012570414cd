/// What the engine needs to know about a user of an image: the numbers behind `USER`, as `/etc/passwd` and `/etc/group`
/// inside the layers give them.
public struct ImageUser: Sendable, Hashable {
    public var uid: UInt32
    public var gid: UInt32
    /// Groups of `/etc/group` that name the user.
    public var additionalGroups: [UInt32]

    public init(uid: UInt32, gid: UInt32, additionalGroups: [UInt32] = []) {
        self.uid = uid
        self.gid = gid
        self.additionalGroups = additionalGroups
    }
}

/// An image that lies unpacked on this machine.
public struct PodImage: Sendable, Hashable {
    /// The part of the image's configuration that decides what runs.
    public struct Process: Sendable, Hashable {
        public var entrypoint: [String]
        public var command: [String]
        /// `NAME=value`, in the image's order.
        public var environment: [String]
        public var workingDirectory: String
        /// `USER` as the image has it: a name or number, with an optional group after a colon; empty means root.
        public var user: String
        /// `SIGQUIT`, `QUIT` or a number; nil where the image says nothing.
        public var stopSignal: String?

        public init(
            entrypoint: [String] = [],
            command: [String] = [],
            environment: [String] = [],
            workingDirectory: String = "",
            user: String = "",
            stopSignal: String? = nil
        ) {
            self.entrypoint = entrypoint
            self.command = command
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.user = user
            self.stopSignal = stopSignal
        }
    }

    /// The normalised reference by which it was found.
    public var reference: String
    /// The digest of its manifest, `sha256:…`; what `imageID` of a container status shows.
    public var identifier: String
    /// Folders of the unpacked layers, the bottom one first.
    public var layerDirectories: [String]
    public var process: Process

    public init(reference: String, identifier: String, layerDirectories: [String], process: Process) {
        self.reference = reference
        self.identifier = identifier
        self.layerDirectories = layerDirectories
        self.process = process
    }
}

/// How far a pull is.
public struct ImagePullProgress: Sendable, Hashable {
    public var completedBytes: Int64
    /// Nil until the manifest has been read.
    public var totalBytes: Int64?

    public init(completedBytes: Int64, totalBytes: Int64?) {
        self.completedBytes = completedBytes
        self.totalBytes = totalBytes
    }
}

/// Why an image cannot be had.
public struct ImageFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The reference is not one.
        case invalidName
        /// The registry answered and does not have it.
        case notFound
        case unauthorized
        /// Nobody answers, a time-out, a server error.
        case registryUnavailable
        /// A wrong digest, a truncated blob, a layer that wants to leave its root.
        case corrupt
        case noSpace
        /// The machine's policy about signatures does not let it in.
        case signature
        /// The image has no such user (`ImageProviding.user`).
        case unknownUser
        case other
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}

/// The room of images, as the engine sees it.
public protocol ImageProviding: Sendable {
    /// The image of this name where it lies complete on this machine; nil where it does not. Never asks a registry.
    func image(named reference: String) async throws(ImageFailure) -> PodImage?

    /// Brings the image from its registry, also where it is here already (a tag may have moved). Pulls of one image that
    /// are under way at once are shared. Cancelling the task gives up this caller's interest.
    ///
    /// - Parameter secrets: what the pod brings along to be let in; the machine's own credentials come after them.
    func pull(
        _ reference: String,
        with secrets: [PullSecret],
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage

    /// The numbers behind a user of the image: `user`, `user:group`, names or numbers; `""` is root.
    func user(_ user: String, in image: PodImage) async throws(ImageFailure) -> ImageUser
}

extension ImageProviding {
    /// The same with the machine's own credentials only.
    public func pull(
        _ reference: String,
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage {
        try await pull(reference, with: [], progress: progress)
    }
}
