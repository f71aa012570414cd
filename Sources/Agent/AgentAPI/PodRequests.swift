/// The parameters of `pod.list`.
public struct PodListRequest: APIValue, Hashable {
    /// Only pods of this namespace; nil for all.
    public var namespace: String?

    public init(namespace: String? = nil) {
        self.namespace = namespace
    }

    public static let schema = Schema.object([
        .optional("namespace", .string, "Only pods of this namespace; all where it is left out.")
    ])
}

/// The parameters of `pod.get`.
public struct PodGetRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String

    public init(namespace: String? = nil, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public static let schema = Schema.object([.podNamespace, .podName])
}

/// The parameters of `pod.watch`.
public struct PodWatchRequest: APIValue, Hashable {
    /// Only pods of this namespace; nil for all.
    public var namespace: String?
    /// Only the pod of this name.
    public var name: String?

    public init(namespace: String? = nil, name: String? = nil) {
        self.namespace = namespace
        self.name = name
    }

    public static let schema = Schema.object([
        .optional("namespace", .string, "Only pods of this namespace; all where it is left out."),
        .optional("name", .string, "Only the pod of this name."),
    ])
}

/// The parameters of `pod.exec`.
public struct PodExecRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    /// The container; may be left out where the pod has one.
    public var container: String?
    /// The program and its arguments; no shell takes part.
    public var command: [String]
    /// Afterwards the process is killed and the call fails with `timeout`.
    public var timeoutSeconds: Int?

    public init(
        namespace: String? = nil,
        name: String,
        container: String? = nil,
        command: [String],
        timeoutSeconds: Int? = nil
    ) {
        self.namespace = namespace
        self.name = name
        self.container = container
        self.command = command
        self.timeoutSeconds = timeoutSeconds
    }

    public static let schema = Schema.object([
        .podNamespace, .podName, .podContainer,
        .required("command", .array(of: .string, minimumCount: 1), "The program and its arguments; no shell."),
        .optional(
            "timeoutSeconds",
            .integer(minimum: 1, maximum: 86_400),
            "Afterwards the process is killed and the call fails with `timeout`."
        ),
    ])
}

extension Schema.Property {
    static let podNamespace = Schema.Property.optional(
        "namespace",
        .string,
        "The pod's namespace; `default` if absent."
    )
    static let podName = Schema.Property.required("name", .string, "The pod's name.")
    static let podContainer = Schema.Property.optional(
        "container",
        .string,
        "The container; may be left out where the pod has only one."
    )
}
