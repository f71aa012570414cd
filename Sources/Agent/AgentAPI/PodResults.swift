import JSONCoding
import PodSpec

/// The result of `pod.list`.
public struct PodList: APIValue {
    public var items: [Pod]
    /// What is wrong with manifest files: their pods are not among the items, or are there in their last good version.
    public var problems: [ManifestNotice]

    public init(items: [Pod], problems: [ManifestNotice]) {
        self.items = items
        self.problems = problems
    }

    public static let schema = Schema.named(
        "PodList",
        .object([
            .required("items", .array(of: .pod), "The pods, with their status."),
            .required("problems", .array(of: ManifestNotice.schema), "What is wrong with manifest files."),
        ])
    )
}

/// Something wrong with a manifest file, and where.
public struct ManifestNotice: APIValue, Hashable {
    public enum Severity: String, Codable, Sendable, CaseIterable {
        case error, warning
    }

    public var file: String
    public var line: Int?
    public var column: Int?
    /// `spec.containers[0].image`.
    public var path: String?
    public var message: String
    public var severity: Severity

    public init(
        file: String,
        line: Int? = nil,
        column: Int? = nil,
        path: String? = nil,
        message: String,
        severity: Severity = .error
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.severity = severity
    }

    public static let schema = Schema.named(
        "ManifestNotice",
        .object([
            .required("file", .string, "The manifest file."),
            .optional("line", .count, "The line, from 1."),
            .optional("column", .count, "The column, from 1."),
            .optional("path", .string, "The place in the document: `spec.containers[0].image`."),
            .required("message", .string, "What is wrong."),
            .required("severity", .choice(Severity.allCases.map(\.rawValue)), "An error keeps the pod out."),
        ])
    )
}

/// The result of `pod.get`.
public struct PodDetail: APIValue {
    public var pod: Pod
    /// What happened to the pod lately, oldest first.
    public var events: [PodEvent]

    public init(pod: Pod, events: [PodEvent]) {
        self.pod = pod
        self.events = events
    }

    public static let schema = Schema.named(
        "PodDetail",
        .object([
            .required("pod", .pod, "The pod, with its status."),
            .required("events", .array(of: PodEvent.schema), "What happened to it lately, oldest first."),
        ])
    )
}

/// Something that happened to a pod, in the words of Kubernetes' events.
public struct PodEvent: APIValue, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case normal = "Normal"
        case warning = "Warning"
    }

    /// RFC 3339; of the last occurrence where there were several.
    public var time: String
    public var type: Kind
    /// `Pulling`, `Started`, `BackOff`, …
    public var reason: String
    public var message: String
    public var container: String?
    /// How often, where more than once.
    public var count: Int?

    public init(
        time: String,
        type: Kind = .normal,
        reason: String,
        message: String,
        container: String? = nil,
        count: Int? = nil
    ) {
        self.time = time
        self.type = type
        self.reason = reason
        self.message = message
        self.container = container
        self.count = count
    }

    public static let schema = Schema.named(
        "PodEvent",
        .object([
            .required("time", .time, "When it happened (last)."),
            .required("type", .choice(Kind.allCases.map(\.rawValue)), "Whether all is well."),
            .required("reason", .string, "A token: `Pulling`, `Started`, `BackOff`."),
            .required("message", .string, "A sentence."),
            .optional("container", .string, "The container that it is about."),
            .optional("count", .count, "How often, where more than once."),
        ])
    )
}

/// An event of `pod.watch`.
public struct PodWatchEvent: APIValue {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        /// All pods that there were at the start have been told; carries no pod.
        case bookmark = "BOOKMARK"
    }

    public var type: Kind
    public var pod: Pod?

    public init(type: Kind, pod: Pod? = nil) {
        self.type = type
        self.pod = pod
    }

    public static let schema = Schema.named(
        "PodWatchEvent",
        .object([
            .required(
                "type",
                .choice(Kind.allCases.map(\.rawValue)),
                "BOOKMARK ends the pods there were at the start."
            ),
            .optional("pod", .pod, "The pod as it is now; as it was last with DELETED."),
        ])
    )
}

extension Schema {
    /// A Kubernetes v1 Pod.
    static let pod = Schema.named(
        "Pod",
        .foreign(
            description: "A Kubernetes v1 Pod with its status; `status.warnings` lists fields that are not served yet.",
            link: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/"
        )
    )
}
