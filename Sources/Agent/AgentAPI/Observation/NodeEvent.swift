/// Something that happened on the node, in the numbered stream of `event.list` and `event.watch`.
public struct NodeEvent: APIValue, Hashable {
    /// What it is about.
    public enum Subject: String, Codable, Sendable, CaseIterable {
        case pod, container, image, network, node, manifest
    }

    /// Given by the stream; numbers of one agent follow each other, those of a later one are greater.
    public var seq: Int64 = 0
    /// RFC 3339, with nanoseconds.
    public var time: String
    public var type: PodEvent.Kind
    public var subject: Subject
    /// `Started`, `ContainerDied`, `BackOff`, …
    public var reason: String
    public var message: String
    /// Of the pod that it is about, or that it happened to.
    public var pod: PodReference?
    public var container: ContainerReference?
    /// Of an image, a network or a manifest file.
    public var name: String?
    /// With `ContainerDied`.
    public var exit: Exit?

    public struct PodReference: APIValue, Hashable {
        public var namespace: String
        public var name: String
        public var uid: String

        public init(namespace: String, name: String, uid: String) {
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }

        public static let schema = Schema.named(
            "NodeEvent.PodReference",
            .object([
                .required("namespace", .string, "Its namespace."), .required("name", .string, "Its name."),
                .required("uid", .string, "Its UID."),
            ])
        )
    }

    public struct ContainerReference: APIValue, Hashable {
        public var name: String
        /// Where it is about one instance of it.
        public var id: String?

        public init(name: String, id: String? = nil) {
            self.name = name
            self.id = id
        }

        public static let schema = Schema.named(
            "NodeEvent.ContainerReference",
            .object([
                .required("name", .string, "Its name in the pod."),
                .optional("id", .string, "Of the instance that it is about."),
            ])
        )
    }

    /// How a container ended.
    public struct Exit: APIValue, Hashable {
        public var code: Int
        public var signal: Int?
        public var oomKilled: Bool

        public init(code: Int, signal: Int? = nil, oomKilled: Bool = false) {
            self.code = code
            self.signal = signal
            self.oomKilled = oomKilled
        }

        public static let schema = Schema.named(
            "NodeEvent.Exit",
            .object([
                .required("code", .integer(minimum: nil, maximum: nil), "Its exit code; 128 + signal after a signal."),
                .optional("signal", .count, "The signal that ended it."),
                .required("oomKilled", .boolean, "Whether the kernel killed it for lack of memory."),
            ])
        )
    }

    public init(time: String, type: PodEvent.Kind, subject: Subject, reason: String, message: String) {
        self.time = time
        self.type = type
        self.subject = subject
        self.reason = reason
        self.message = message
    }

    public static let schema = Schema.named(
        "NodeEvent",
        .object([
            .required("seq", .integer(minimum: nil, maximum: nil), "Its number in the stream."),
            .required("time", .time, "When it happened."),
            .required("type", .choice(PodEvent.Kind.allCases.map(\.rawValue)), "Whether all is well."),
            .required("subject", .choice(Subject.allCases.map(\.rawValue)), "What it is about."),
            .required("reason", .string, "A token: `Started`, `ContainerDied`, `BackOff`."),
            .required("message", .string, "A sentence."),
            .optional("pod", PodReference.schema, "The pod that it is about, or that it happened to."),
            .optional("container", ContainerReference.schema, "The container that it is about."),
            .optional("name", .string, "The image, network or manifest file that it is about."),
            .optional("exit", Exit.schema, "With `ContainerDied`: how it ended."),
        ])
    )
}
