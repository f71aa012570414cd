import PodSpec

/// The kinds of objects that pods refer to, and those that say something of pods.
public enum DataKind: String, APIValue, Hashable, CaseIterable {
    case configMap = "ConfigMap"
    case secret = "Secret"
    case persistentVolumeClaim = "PersistentVolumeClaim"
    case priorityClass = "PriorityClass"
    case runtimeClass = "RuntimeClass"
    case networkPolicy = "NetworkPolicy"

    public static let schema = Schema.choice(allCases.map(\.rawValue))

    /// `configmaps`, as the command line has it.
    public var plural: String {
        switch self {
        case .networkPolicy: "networkpolicies"
        default: rawValue.lowercased() + (isNamespaced ? "s" : "es")
        }
    }

    /// Classes are the node's.
    public var isNamespaced: Bool { self != .priorityClass && self != .runtimeClass }

    /// As manifests have it.
    public var apiVersion: String {
        switch self {
        case .configMap, .secret, .persistentVolumeClaim: "v1"
        case .priorityClass: "scheduling.k8s.io/v1"
        case .runtimeClass: "node.k8s.io/v1"
        case .networkPolicy: "networking.k8s.io/v1"
        }
    }
}

/// The parameters of `object.list`.
public struct ObjectListRequest: APIValue, Hashable {
    /// Only objects of this kind; nil for all.
    public var kind: DataKind?
    /// Only objects of this namespace; nil for all. Classes are of none, and of all.
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
        .optional("namespace", .string, "Only objects of this namespace; all where it is left out. Classes belong to none, and are told with any."),
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

/// A ConfigMap, a Secret, a claim or a class: what it has, not what is in it.
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

    /// What pods get that name a PriorityClass.
    public struct Priority: APIValue, Hashable {
        public var value: Int32
        /// Whether it is meant where a pod names none.
        public var globalDefault: Bool
        /// `PreemptLowerPriority` or `Never`: said, and without effect on one node.
        public var preemptionPolicy: String
        /// A word for people.
        public var description: String?

        public init(value: Int32, globalDefault: Bool, preemptionPolicy: String, description: String?) {
            self.value = value
            self.globalDefault = globalDefault
            self.preemptionPolicy = preemptionPolicy
            self.description = description
        }

        public static let schema = Schema.object([
            .required("value", .integer(minimum: nil, maximum: nil), "The priority."),
            .required("globalDefault", .boolean, "Whether it is meant where a pod names none."),
            .required("preemptionPolicy", .string, "PreemptLowerPriority or Never; without effect on one node."),
            .optional("description", .string, "A word for people."),
        ])
    }

    /// What a RuntimeClass stands for.
    public struct Runtime: APIValue, Hashable {
        public var handler: String
        /// Quantities by resource: what a pod costs beside its containers.
        public var overhead: [String: String]

        public init(handler: String, overhead: [String: String]) {
            self.handler = handler
            self.overhead = overhead
        }

        public static let schema = Schema.object([
            .required("handler", .string, "The name of the handler in the agent's configuration."),
            .required("overhead", .map(of: .string), "Quantities by resource: what a pod costs beside its containers."),
        ])
    }

    /// What a NetworkPolicy allows, in words.
    public struct Policy: APIValue, Hashable {
        /// Something that is allowed.
        public struct Rule: APIValue, Hashable {
            /// The other sides; none for everybody.
            public var peers: [String]
            /// `80/TCP`, `8000-8080/UDP`, `http/TCP`; none for everything.
            public var ports: [String]

            public init(peers: [String], ports: [String]) {
                self.peers = peers
                self.ports = ports
            }

            public static let schema = Schema.object([
                .required("peers", .array(of: .string), "The other sides, in words; none for everybody."),
                .required("ports", .array(of: .string), "Ports with their protocols; none for all."),
            ])
        }

        /// Which pods it selects; empty for all of the namespace.
        public var podSelector: String
        /// Nil where it says nothing of that direction; none where nothing is allowed.
        public var ingress: [Rule]?
        public var egress: [Rule]?

        public init(podSelector: String, ingress: [Rule]?, egress: [Rule]?) {
            self.podSelector = podSelector
            self.ingress = ingress
            self.egress = egress
        }

        public static let schema = Schema.object([
            .required("podSelector", .string, "Which pods it selects; empty for all of the namespace."),
            .optional("ingress", .array(of: Rule.schema), "What may come in; left out where it says nothing of that."),
            .optional("egress", .array(of: Rule.schema), "What may go out; left out where it says nothing of that."),
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
    /// Of a PriorityClass.
    public var priority: Priority?
    /// Of a RuntimeClass.
    public var runtime: Runtime?
    /// Of a NetworkPolicy.
    public var policy: Policy?
    /// The pods that name it, or that it selects, by name; of a class by `namespace/name`.
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
            .required("namespace", .string, "Its namespace; `default` of a class, which has none."),
            .required("name", .string, "Its name."),
            .required("labels", .map(of: .string), "Its labels."),
            .required("file", .string, "The manifest file that it comes from."),
            .optional("type", .string, "The type of a Secret."),
            .required("immutable", .boolean, "Whether its content never changes."),
            .required("keys", .array(of: Key.schema), "Its keys, with the sizes of their values. No call tells the values."),
            .optional("claim", Claim.schema, "What a PersistentVolumeClaim asks for."),
            .optional("priority", Priority.schema, "What a PriorityClass gives."),
            .optional("runtime", Runtime.schema, "What a RuntimeClass stands for."),
            .optional("policy", Policy.schema, "What a NetworkPolicy allows."),
            .required(
                "usedBy", .array(of: .string), "The pods that name it, or that a NetworkPolicy selects; of a class with their namespaces."
            ),
            .required("warnings", .array(of: .string), "What of its manifest is not served."),
        ])
    )
}
