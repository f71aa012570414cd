import PodSpec

/// The kinds of objects that pods refer to.
public enum DataKind: String, APIValue, Hashable, CaseIterable {
    case configMap = "ConfigMap"
    case secret = "Secret"
    case persistentVolumeClaim = "PersistentVolumeClaim"

    public static let schema = Schema.choice(allCases.map(\.rawValue))

    /// `configmaps`, as the command line has it.
    public var plural: String { rawValue.lowercased() + "s" }
}

/// The parameters of `object.list`.
public struct ObjectListRequest: APIValue, Hashable {
    /// Only objects of this kind; nil for all.
    public var kind: DataKind?
    /// Only objects of this namespace; nil for all.
    public var namespace: String?
    /// Only objects of this name.
    public var name: String?

    public init(kind: DataKind? = nil, namespace: String? = nil, name: String? = nil) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    public static let schema = Schema.object([
        .optional("kind", DataKind.schema, "Only objects of this kind."),
        .optional("namespace", .string, "Only objects of this namespace; all where it is left out."),
        .optional("name", .string, "Only objects of this name."),
    ])
}

/// The result of `object.list`.
public struct ObjectList: APIValue, Hashable {
    /// By kind, namespace and name.
    public var items: [ObjectDetail]

    public init(items: [ObjectDetail]) {
        self.items = items
    }

    public static let schema = Schema.named(
        "ObjectList",
        .object([.required("items", .array(of: ObjectDetail.schema), "The objects.")])
    )
}

/// A ConfigMap, a Secret or a claim: what it has, not what is in it.
public struct ObjectDetail: APIValue, Hashable {
    /// A key with the size of its value.
    public struct Key: APIValue, Hashable {
        public var name: String
        public var bytes: Int

        public init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }

        public static let schema = Schema.object([
            .required("name", .string, "The key."),
            .required("bytes", .count, "The size of its value."),
        ])
    }

    /// What a claim asks for.
    public struct Claim: APIValue, Hashable {
        public var accessModes: [String]
        /// A quantity; a folder is as large as its file system all the same.
        public var storage: String?
        /// `Retain` or `Delete`.
        public var reclaimPolicy: String

        public init(accessModes: [String], storage: String?, reclaimPolicy: String) {
            self.accessModes = accessModes
            self.storage = storage
            self.reclaimPolicy = reclaimPolicy
        }

        public static let schema = Schema.object([
            .required("accessModes", .array(of: .string), "Who may mount it."),
            .optional("storage", .string, "How much it asks for."),
            .required("reclaimPolicy", .string, "What becomes of its folder when its manifest goes: Retain or Delete."),
        ])
    }

    public var kind: DataKind
    public var namespace: String
    public var name: String
    public var labels: [String: String]
    /// The manifest file, relative to the watched folder.
    public var file: String
    /// Of a Secret: `Opaque`, ….
    public var type: String?
    /// Whether its content never changes.
    public var immutable: Bool
    /// By name; none of a claim.
    public var keys: [Key]
    /// Of a PersistentVolumeClaim.
    public var claim: Claim?
    /// The pods that name it, by name.
    public var usedBy: [String]
    /// What of its manifest is not served.
    public var warnings: [String]

    public init(_ kind: DataKind, namespace: String, name: String, file: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.file = file
        labels = [:]
        immutable = false
        keys = []
        usedBy = []
        warnings = []
    }

    public static let schema = Schema.named(
        "ObjectDetail",
        .object([
            .required("kind", DataKind.schema, "Its kind."),
            .required("namespace", .string, "Its namespace."),
            .required("name", .string, "Its name."),
            .required("labels", .map(of: .string), "Its labels."),
            .required("file", .string, "The manifest file that it comes from."),
            .optional("type", .string, "The type of a Secret."),
            .required("immutable", .boolean, "Whether its content never changes."),
            .required("keys", .array(of: Key.schema), "Its keys, with the sizes of their values. No call tells the values."),
            .optional("claim", Claim.schema, "What a PersistentVolumeClaim asks for."),
            .required("usedBy", .array(of: .string), "The pods that name it."),
            .required("warnings", .array(of: .string), "What of its manifest is not served."),
        ])
    )
}
