extension ObjectSchema {
    static let configMap = ObjectSchema(
        "ConfigMap",
        required: ["metadata"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("data", .stringMap),
            .served("binaryData", .stringMap),
            .served("immutable", .boolean),
        ]
    )

    static let secret = ObjectSchema(
        "Secret",
        required: ["metadata"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("type", .string),
            .served("data", .stringMap),
            .served("stringData", .stringMap),
            .served("immutable", .boolean),
        ]
    )

    static let persistentVolumeClaim = ObjectSchema(
        "PersistentVolumeClaim",
        required: ["metadata", "spec"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("spec", .object(.claimSpec)),
            // What a cluster said about a claim that was copied from there.
            .idle("status", .any),
        ]
    )

    static let priorityClass = ObjectSchema(
        "PriorityClass",
        required: ["metadata", "value"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("value", .int32),
            .served("globalDefault", .boolean),
            .idle("preemptionPolicy", .word(["PreemptLowerPriority", "Never"])),
            .idle("description", .string),
        ]
    )

    static let runtimeClass = ObjectSchema(
        "RuntimeClass",
        required: ["metadata", "handler"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("handler", .string),
            .served("overhead", .object(ObjectSchema("Overhead", [.served("podFixed", .quantities)]))),
            // Nobody looks for a node.
            .idle(
                "scheduling",
                .object(
                    ObjectSchema("Scheduling", [.idle("nodeSelector", .stringMap), .idle("tolerations", .objects(.toleration))])
                )
            ),
        ]
    )
}
