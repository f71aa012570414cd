extension ObjectSchema {
    static let pod = ObjectSchema(
        "Pod",
        required: ["metadata", "spec"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("spec", .object(.podSpec)),
            // What a cluster said about a pod that was copied from there.
            .idle("status", .any),
        ]
    )

    /// Fields that the API server sets are accepted: manifests are often copied from `kubectl get -o yaml`.
    static let objectMeta = ObjectSchema(
        "ObjectMeta",
        [
            .served("name", .string),
            .served("namespace", .string),
            .served("uid", .string),
            .served("labels", .stringMap),
            .served("annotations", .stringMap),
            .idle("generateName", .string),
            .idle("selfLink", .string),
            .idle("resourceVersion", .string),
            .idle("generation", .int64),
            .idle("creationTimestamp", .string),
            .idle("deletionTimestamp", .string),
            .idle("deletionGracePeriodSeconds", .int64),
            .idle("managedFields", .list(.any)),
            // Of a pod that was copied from a cluster; what makes pods here sets its own.
            .idle("ownerReferences", .objects(.ownerReference)),
            .later("finalizers", .strings),
        ]
    )

    static let ownerReference = ObjectSchema(
        "OwnerReference",
        [
            .later("apiVersion", .string),
            .later("kind", .string),
            .later("name", .string),
            .later("uid", .string),
            .later("controller", .boolean),
            .later("blockOwnerDeletion", .boolean),
        ]
    )

    /// The metadata of a template, such as that of an ephemeral volume's claim.
    static let labelSelector = ObjectSchema(
        "LabelSelector",
        [.served("matchLabels", .stringMap), .served("matchExpressions", .objects(.selectorRequirement))]
    )

    static let selectorRequirement = ObjectSchema(
        "LabelSelectorRequirement",
        [.served("key", .string), .served("operator", .string), .served("values", .strings)]
    )

    static let localObjectReference = ObjectSchema("LocalObjectReference", [.served("name", .string)])
}
