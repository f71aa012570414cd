/// The parameters of `image.get`.
public struct ImageGetRequest: APIValue, Hashable {
    /// A reference, a digest, or at least twelve digits of one.
    public var image: String

    public init(image: String) {
        self.image = image
    }

    public static let schema = Schema.object([.imageName])
}

/// The parameters of `image.remove`.
public struct ImageRemoveRequest: APIValue, Hashable {
    /// A reference, a digest, or at least twelve digits of one: by digest, all names of the image go.
    public var image: String
    /// Remove it even where pods use it. What containers have mounted stays until they end.
    public var force: Bool?

    public init(image: String, force: Bool? = nil) {
        self.image = image
        self.force = force
    }

    public static let schema = Schema.object([
        .imageName, .optional("force", .boolean, "Remove it even where pods use it."),
    ])
}

/// The parameters of `image.prune`.
public struct ImagePruneRequest: APIValue, Hashable {
    /// Every image that no pod uses, and not only those without a name.
    public var all: Bool?

    public init(all: Bool? = nil) {
        self.all = all
    }

    public static let schema = Schema.object([
        .optional("all", .boolean, "Every image that no pod uses, and not only those without a name.")
    ])
}

/// The result of `image.remove` and `image.prune`.
public struct ImageRemoval: APIValue, Hashable {
    /// The names that are gone.
    public var untagged: [String]
    /// The digests of blobs that are gone.
    public var deleted: [String]
    /// Bytes of those blobs.
    public var bytes: Int64

    public init(untagged: [String] = [], deleted: [String] = [], bytes: Int64 = 0) {
        self.untagged = untagged
        self.deleted = deleted
        self.bytes = bytes
    }

    public static let schema = Schema.named(
        "ImageRemoval",
        .object([
            .required("untagged", .array(of: .string), "The names that are gone."),
            .required("deleted", .array(of: .string), "The digests of blobs that are gone."),
            .required("bytes", .count, "Bytes of those blobs."),
        ])
    )
}

/// The result of `image.get`.
public struct ImageDetail: APIValue, Hashable {
    /// What a container of the image runs.
    public struct Process: APIValue, Hashable {
        public var entrypoint: [String] = []
        public var command: [String] = []
        public var environment: [String] = []
        public var workingDirectory: String?
        public var user: String?
        public var stopSignal: String?

        public init() {}

        public static let schema = Schema.named(
            "ImageDetail.Process",
            .object([
                .required("entrypoint", .array(of: .string), "The program with its first arguments."),
                .required("command", .array(of: .string), "The arguments that a container's `args` replace."),
                .required("environment", .array(of: .string), "Variables, `NAME=VALUE`."),
                .optional("workingDirectory", .string, "Where it starts."),
                .optional("user", .string, "As whom it runs."),
                .optional("stopSignal", .string, "What asks it to end."),
            ])
        )
    }

    public var image: ImageSummary
    public var labels: [String: String]
    public var process: Process
    /// Digests of the layers' content, from the bottom.
    public var layers: [String]
    /// The pods that use it: `namespace/name`.
    public var usedBy: [String]

    public init(
        image: ImageSummary,
        labels: [String: String],
        process: Process,
        layers: [String],
        usedBy: [String]
    ) {
        self.image = image
        self.labels = labels
        self.process = process
        self.layers = layers
        self.usedBy = usedBy
    }

    public static let schema = Schema.named(
        "ImageDetail",
        .object([
            .required("image", ImageSummary.schema, "The image as `image.list` has it."),
            .required("labels", .map(of: .string), "The labels of its configuration."),
            .required("process", Process.schema, "What a container of it runs."),
            .required("layers", .array(of: .string), "Digests of the layers' content, from the bottom."),
            .required("usedBy", .array(of: .string), "The pods that use it: namespace/name."),
        ])
    )
}

extension Schema.Property {
    fileprivate static let imageName = Schema.Property.required(
        "image",
        .string,
        "A reference, a digest, or at least twelve digits of one."
    )
}
