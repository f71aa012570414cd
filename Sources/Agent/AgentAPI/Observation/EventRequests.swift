/// Which events are meant: the parameters of `event.list` and `event.watch`.
public struct EventRequest: APIValue, Hashable {
    /// Only events after this number; `event.watch` begins with what comes next where it is left out, `event.list` with the
    /// oldest that is kept.
    public var since: Int64?
    /// Only events of pods of this namespace.
    public var namespace: String?
    /// Only events of the pod of this name.
    public var pod: String?
    /// Only events about these; all where it is left out.
    public var subjects: [NodeEvent.Subject]?
    /// Only events of this kind.
    public var type: PodEvent.Kind?

    public init(since: Int64? = nil, namespace: String? = nil, pod: String? = nil) {
        self.since = since
        self.namespace = namespace
        self.pod = pod
    }

    public func wants(_ event: NodeEvent) -> Bool {
        (namespace == nil || event.pod?.namespace == namespace) && (pod == nil || event.pod?.name == pod)
            && (subjects?.contains(event.subject) ?? true) && (type == nil || event.type == type)
    }

    public static let schema = Schema.object([
        .optional("since", .integer(minimum: nil, maximum: nil), "Only events after this number."),
        .optional("namespace", .string, "Only events of pods of this namespace."),
        .optional("pod", .string, "Only events of the pod of this name."),
        .optional(
            "subjects",
            .array(of: .choice(NodeEvent.Subject.allCases.map(\.rawValue)), minimumCount: 1),
            "Only events about these."
        ),
        .optional("type", .choice(PodEvent.Kind.allCases.map(\.rawValue)), "Only events of this kind."),
    ])
}

/// The result of `event.list`.
public struct EventList: APIValue, Hashable {
    /// Oldest first.
    public var items: [NodeEvent]
    /// What to give as `since` to go on from here.
    public var latest: Int64
    /// Whether there were events after `since` that are not kept any more.
    public var dropped: Bool

    public init(items: [NodeEvent], latest: Int64, dropped: Bool) {
        self.items = items
        self.latest = latest
        self.dropped = dropped
    }

    public static let schema = Schema.named(
        "EventList",
        .object([
            .required("items", .array(of: NodeEvent.schema), "The events, oldest first."),
            .required("latest", .integer(minimum: nil, maximum: nil), "What to give as `since` to go on from here."),
            .required("dropped", .boolean, "Whether events after `since` are not kept any more."),
        ])
    )
}

/// An event of `event.watch`.
public struct EventNotice: APIValue, Hashable {
    public enum Kind: String, Codable, Sendable, CaseIterable {
        case event = "EVENT"
        /// Events between the last one told and `seq` are lost: they are not kept any more.
        case dropped = "DROPPED"
        /// All that was kept has been told; `seq` is what to resume from.
        case bookmark = "BOOKMARK"
    }

    public var kind: Kind
    /// Of the event; with DROPPED that of the oldest that is kept; with BOOKMARK that of the latest.
    public var seq: Int64
    public var event: NodeEvent?

    public init(kind: Kind, seq: Int64, event: NodeEvent? = nil) {
        self.kind = kind
        self.seq = seq
        self.event = event
    }

    public static let schema = Schema.named(
        "EventNotice",
        .object([
            .required("kind", .choice(Kind.allCases.map(\.rawValue)), "DROPPED: events before `seq` are lost."),
            .required("seq", .integer(minimum: nil, maximum: nil), "What to resume from."),
            .optional("event", NodeEvent.schema, "With EVENT."),
        ])
    )
}
