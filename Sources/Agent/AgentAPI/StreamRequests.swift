/// The parameters of `pod.execStream`.
public struct PodExecStreamRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    /// The container; may be left out where the pod has one.
    public var container: String?
    /// The program and its arguments; no shell takes part.
    public var command: [String]
    /// Channel 0 feeds its standard input, which is empty otherwise.
    public var stdin: Bool?
    /// It gets a terminal: all output comes on channel 1, and channel 4 sets its size.
    public var tty: Bool?
    /// The terminal's size at the start.
    public var size: TerminalSize?

    public init(namespace: String? = nil, name: String, container: String? = nil, command: [String]) {
        self.namespace = namespace
        self.name = name
        self.container = container
        self.command = command
    }

    public static let schema = Schema.object([
        .podNamespace, .podName, .podContainer,
        .required("command", .array(of: .string, minimumCount: 1), "The program and its arguments; no shell."),
        .optional("stdin", .boolean, "Channel 0 feeds its standard input, which is empty otherwise."),
        .optional("tty", .boolean, "It gets a terminal: all output comes on channel 1, channel 4 sets the size."),
        .optional("size", TerminalSize.schema, "The terminal's size at the start."),
    ])
}

/// The parameters of `pod.attach`.
public struct PodAttachRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    public var container: String?
    /// Channel 0 feeds the container's standard input; its manifest must say `stdin: true`.
    public var stdin: Bool?

    public init(namespace: String? = nil, name: String, container: String? = nil, stdin: Bool? = nil) {
        self.namespace = namespace
        self.name = name
        self.container = container
        self.stdin = stdin
    }

    public static let schema = Schema.object([
        .podNamespace, .podName, .podContainer,
        .optional(
            "stdin",
            .boolean,
            "Channel 0 feeds the container's standard input; its manifest must say `stdin: true`."
        ),
    ])
}

/// The parameters of `pod.portForward`.
public struct PodPortForwardRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    /// The ports of the pod: port number i gets the channels 2i (data) and 2i+1 (error), one connection each.
    public var ports: [Int]

    public init(namespace: String? = nil, name: String, ports: [Int]) {
        self.namespace = namespace
        self.name = name
        self.ports = ports
    }

    public static let schema = Schema.object([
        .podNamespace, .podName,
        .required(
            "ports",
            .array(of: .integer(minimum: 1, maximum: 65_535), minimumCount: 1),
            "The pod's ports, 100 at most: the one at place i gets channel 2i for data and 2i+1 for errors."
        ),
    ])
}

/// The parameters of `pod.copyIn` and `pod.copyOut`.
public struct PodCopyRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    public var container: String?
    /// In the container, absolute. For `copyIn` a folder, for `copyOut` anything.
    public var path: String

    public init(namespace: String? = nil, name: String, container: String? = nil, path: String) {
        self.namespace = namespace
        self.name = name
        self.container = container
        self.path = path
    }

    public static let schema = Schema.object([
        .podNamespace, .podName, .podContainer,
        .required("path", .string, "Absolute, as the container sees it. No symbolic link leads out of its root."),
    ])
}

/// The size of a terminal, in characters.
public struct TerminalSize: APIValue, Hashable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    public static let schema = Schema.named(
        "TerminalSize",
        .object([
            .required("width", .integer(minimum: 0, maximum: 65_535), "Columns."),
            .required("height", .integer(minimum: 0, maximum: 65_535), "Rows."),
        ])
    )
}
