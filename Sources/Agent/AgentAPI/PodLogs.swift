import JSONCoding

/// The parameters of `pod.logs`.
public struct PodLogsRequest: APIValue, Hashable {
    public var namespace: String?
    public var name: String
    /// The container; may be left out where the pod has one.
    public var container: String?
    /// Only so many lines from the end.
    public var tailLines: Int?
    /// Only lines from this time on, RFC 3339.
    public var sinceTime: String?
    /// The instance before the last restart.
    public var previous: Bool?
    /// Send the lines as events, and go on until the container has ended.
    public var follow: Bool?
    /// Send the lines as events even without `follow`: no limit on how many there are.
    public var stream: Bool?
    /// Give `time` with each line; true where it is left out.
    public var timestamps: Bool?
    /// Stop after so many bytes of text. Without `stream` and `follow`, 1 MiB where it is left out.
    public var limitBytes: Int?

    public init(namespace: String? = nil, name: String, container: String? = nil) {
        self.namespace = namespace
        self.name = name
        self.container = container
    }

    public static let schema = Schema.object([
        .podNamespace, .podName, .podContainer,
        .optional("tailLines", .count, "Only so many lines from the end."),
        .optional("sinceTime", .time, "Only lines from this time on."),
        .optional("previous", .boolean, "The instance before the last restart."),
        .optional("follow", .boolean, "Send lines as events, and go on until the container has ended."),
        .optional("stream", .boolean, "Send lines as events even without `follow`."),
        .optional("timestamps", .boolean, "Give `time` with each line; true where it is left out."),
        .optional(
            "limitBytes",
            .integer(minimum: 1, maximum: nil),
            "Stop after so many bytes of text; 1 MiB where it is left out and the lines are not sent as events."
        ),
    ])
}

/// The result of `pod.logs`: the lines, or the subscription that brings them.
public struct PodLogs: APIValue, Hashable {
    public var lines: [LogLine]?
    /// `limitBytes` was reached.
    public var truncated: Bool?
    public var subscription: String?

    public init(lines: [LogLine], truncated: Bool) {
        self.lines = lines
        self.truncated = truncated
    }

    public init(subscription: String) {
        self.subscription = subscription
    }

    public static let schema = Schema.named(
        "PodLogs",
        .object([
            .optional("lines", .array(of: LogLine.schema), "The lines, oldest first."),
            .optional("truncated", .boolean, "`limitBytes` was reached."),
            .optional("subscription", .string, "The subscription that brings the lines, with `follow` or `stream`."),
        ])
    )
}

/// A line that a container wrote.
public struct LogLine: APIValue, Hashable {
    public enum Stream: String, Codable, Sendable, CaseIterable {
        case stdout, stderr
    }

    /// RFC 3339 with nanoseconds.
    public var time: String?
    public var stream: Stream
    /// Without its newline; `base64` where it is no UTF-8.
    public var text: String?
    public var base64: String?
    /// The line goes on in the next one of the same stream: it is longer than the agent keeps together.
    public var partial: Bool?

    public init(time: String?, stream: Stream, bytes: [UInt8], partial: Bool = false) {
        self.time = time
        self.stream = stream
        self.partial = partial ? true : nil
        if let text = String(validating: bytes, as: UTF8.self) {
            self.text = text
        } else {
            base64 = Base64.encode(bytes)
        }
    }

    /// The line's bytes, whichever field they came in. Broken base64 counts as nothing.
    public var bytes: [UInt8] {
        if let text { return Array(text.utf8) }
        return base64.flatMap { Base64.decode($0) } ?? []
    }

    public static let schema = Schema.named(
        "LogLine",
        .object([
            .optional("time", .time, "When it was written."),
            .required("stream", .choice(Stream.allCases.map(\.rawValue)), "Where it was written to."),
            .optional("text", .string, "The line without its newline, where that is UTF-8."),
            .optional("base64", .formatted("byte"), "The line without its newline, where that is not UTF-8."),
            .optional("partial", .boolean, "The line goes on in the next one of the same stream."),
        ])
    )
}
