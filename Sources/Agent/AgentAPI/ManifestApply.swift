/// The parameters of `pod.apply`.
public struct ApplyRequest: APIValue, Hashable {
    public var manifests: [PodDiffRequest.Manifest]
    /// The namespace of objects that name none; another one that they name is a conflict.
    public var namespace: String?
    /// Only say what would be done.
    public var dryRun: Bool?

    public init(manifests: [PodDiffRequest.Manifest], namespace: String? = nil, dryRun: Bool? = nil) {
        self.manifests = manifests
        self.namespace = namespace
        self.dryRun = dryRun
    }

    public static let schema = Schema.object([
        .required("manifests", .array(of: PodDiffRequest.Manifest.schema, minimumCount: 1), "The manifest files."),
        .optional("namespace", .string, "The namespace of objects that name none; naming another one is a conflict."),
        .optional("dryRun", .boolean, "Only say what would be done."),
    ])
}

/// The result of `pod.apply`.
public struct ApplyResult: APIValue, Hashable {
    /// In the order of the manifests.
    public var items: [AppliedObject]
    /// What of the manifests is not served.
    public var warnings: [ManifestNotice]

    public init(items: [AppliedObject], warnings: [ManifestNotice]) {
        self.items = items
        self.warnings = warnings
    }

    public static let schema = Schema.named(
        "ApplyResult",
        .object([
            .required("items", .array(of: AppliedObject.schema), "What was done with each object, in the manifests' order."),
            .required("warnings", .array(of: ManifestNotice.schema), "What of the manifests is not served."),
        ])
    )
}

/// What was done with an object.
public struct AppliedObject: APIValue, Hashable {
    public enum Change: String, Codable, Sendable, CaseIterable {
        case created, configured, unchanged, deleted
    }

    public var object: ObjectReference
    /// The manifest file, relative to the watched folder.
    public var file: String
    public var change: Change

    public init(_ object: ObjectReference, file: String, change: Change) {
        self.object = object
        self.file = file
        self.change = change
    }

    public static let schema = Schema.named(
        "AppliedObject",
        .object([
            .required("object", ObjectReference.schema, "Which one."),
            .required("file", .string, "The manifest file that has it, or had it."),
            .required("change", .choice(Change.allCases.map(\.rawValue)), "What was done."),
        ])
    )
}

/// Kind, namespace and name.
public struct ObjectReference: APIValue, Hashable {
    /// `Pod`, `Deployment`, `ConfigMap`, ….
    public var kind: String
    /// `default` where it is left out.
    public var namespace: String?
    public var name: String

    public init(kind: String, namespace: String? = nil, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    public static let schema = Schema.named(
        "ObjectReference",
        .object([
            .required("kind", .string, "Its kind: `Pod`, `Deployment`, `ConfigMap`."),
            .optional("namespace", .string, "Its namespace; `default` where it is left out."),
            .required("name", .string, "Its name."),
        ])
    )
}
