/// The parameters of `pod.delete`.
public struct DeleteRequest: APIValue, Hashable {
    public var objects: [ObjectReference]
    /// Objects that are not there are no fault.
    public var ignoreNotFound: Bool?
    /// Answer when nothing of the objects is left, and not as soon as they are out of the folder.
    public var wait: Bool?
    /// How long containers have to end, instead of what their pods say.
    public var gracePeriodSeconds: Int?
    /// Only say what would be done.
    public var dryRun: Bool?

    public init(objects: [ObjectReference]) {
        self.objects = objects
    }

    public static let schema = Schema.object([
        .required("objects", .array(of: ObjectReference.schema, minimumCount: 1), "Which ones."),
        .optional("ignoreNotFound", .boolean, "Objects that are not there are no fault."),
        .optional("wait", .boolean, "Answer when nothing of the objects is left."),
        .optional(
            "gracePeriodSeconds",
            .integer(minimum: 0, maximum: 86_400),
            "How long containers have to end, instead of what their pods say."
        ),
        .optional("dryRun", .boolean, "Only say what would be done."),
    ])
}

/// The result of `pod.delete`.
public struct DeleteResult: APIValue, Hashable {
    /// What was deleted, an entry for each file that had it.
    public var items: [AppliedObject]
    /// What was not there.
    public var missing: [ObjectReference]

    public init(items: [AppliedObject], missing: [ObjectReference]) {
        self.items = items
        self.missing = missing
    }

    public static let schema = Schema.named(
        "DeleteResult",
        .object([
            .required("items", .array(of: AppliedObject.schema), "What was deleted, an entry for each file that had it."),
            .required("missing", .array(of: ObjectReference.schema), "What was not there."),
        ])
    )
}
