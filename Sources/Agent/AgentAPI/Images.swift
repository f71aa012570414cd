/// The parameters of methods that take none.
public struct NoParameters: APIValue, Hashable {
    public init() {}

    public static let schema = Schema.object([])
}

/// The result of `image.list`.
public struct ImageList: APIValue, Hashable {
    public var items: [ImageSummary]

    public init(items: [ImageSummary]) {
        self.items = items
    }

    public static let schema = Schema.named(
        "ImageList",
        .object([.required("items", .array(of: ImageSummary.schema), "The images in the store.")])
    )
}

/// An image in the store.
public struct ImageSummary: APIValue, Hashable {
    /// The full reference: `docker.io/library/busybox:latest`. Absent where only the digest names it.
    public var reference: String?
    /// The manifest's digest.
    public var digest: String
    /// The digest of the image's configuration: what other tools call the image id.
    public var id: String?
    /// Of the compressed layers, in bytes.
    public var size: Int64
    /// When it was built, RFC 3339, where the image says so.
    public var created: String?
    /// `linux/amd64`.
    public var platform: String?

    public init(
        reference: String?,
        digest: String,
        id: String? = nil,
        size: Int64,
        created: String? = nil,
        platform: String? = nil
    ) {
        self.reference = reference
        self.digest = digest
        self.id = id
        self.size = size
        self.created = created
        self.platform = platform
    }

    public static let schema = Schema.named(
        "ImageSummary",
        .object([
            .optional("reference", .string, "The full reference; absent where only the digest names the image."),
            .required("digest", .string, "The manifest's digest."),
            .optional("id", .string, "The digest of the image's configuration."),
            .required("size", .count, "Bytes of the compressed layers."),
            .optional("created", .time, "When the image was built, where it says so."),
            .optional("platform", .string, "`linux/amd64`."),
        ])
    )
}

/// The parameters of `image.pull`.
public struct ImagePullRequest: APIValue, Hashable {
    /// A reference as users write it: `busybox`, `registry:5000/team/app:1.2`, `…@sha256:…`.
    public var image: String

    public init(image: String) {
        self.image = image
    }

    public static let schema = Schema.object([
        .required("image", .string, "A reference as users write it: `busybox`, `registry:5000/team/app:1.2`.")
    ])
}

/// The result of `image.pull`.
public struct ImagePullResult: APIValue, Hashable {
    public var image: ImageSummary

    public init(image: ImageSummary) {
        self.image = image
    }

    public static let schema = Schema.named(
        "ImagePullResult",
        .object([.required("image", ImageSummary.schema, "The image as it now lies in the store.")])
    )
}

/// The `value` of an `rpc.progress` notification of `image.pull`: where one layer is.
public struct ImagePullProgress: APIValue, Hashable {
    public enum Phase: String, Codable, Sendable, CaseIterable {
        /// The manifest is looked up; no layer yet.
        case resolving
        case waiting, downloading, unpacking
        /// The layer is ready.
        case done
        /// The layer was in the store already.
        case present
    }

    public var phase: Phase
    /// The layer's digest.
    public var layer: String?
    /// Its place from the bottom, from 0.
    public var index: Int?
    /// How many layers the image has.
    public var count: Int?
    /// Bytes so far, and in all.
    public var current: Int64?
    public var total: Int64?

    public init(
        phase: Phase,
        layer: String? = nil,
        index: Int? = nil,
        count: Int? = nil,
        current: Int64? = nil,
        total: Int64? = nil
    ) {
        self.phase = phase
        self.layer = layer
        self.index = index
        self.count = count
        self.current = current
        self.total = total
    }

    public static let schema = Schema.named(
        "ImagePullProgress",
        .object([
            .required("phase", .choice(Phase.allCases.map(\.rawValue)), "What is going on."),
            .optional("layer", .string, "The layer's digest."),
            .optional("index", .count, "The layer's place from the bottom, from 0."),
            .optional("count", .count, "How many layers the image has."),
            .optional("current", .count, "Bytes so far."),
            .optional("total", .count, "Bytes in all."),
        ])
    )
}
