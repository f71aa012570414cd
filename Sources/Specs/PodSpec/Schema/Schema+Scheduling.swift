/// Where a pod may run: known, and without meaning on one machine.
extension ObjectSchema {
    static let affinity = ObjectSchema(
        "Affinity",
        [
            .served("nodeAffinity", .object(.nodeAffinity)),
            .served("podAffinity", .object(.podAffinity)),
            .served("podAntiAffinity", .object(.podAffinity)),
        ]
    )

    static let nodeAffinity = ObjectSchema(
        "NodeAffinity",
        [
            .served(
                "requiredDuringSchedulingIgnoredDuringExecution",
                .object(ObjectSchema("NodeSelector", [.served("nodeSelectorTerms", .objects(.nodeSelectorTerm))]))
            ),
            .served(
                "preferredDuringSchedulingIgnoredDuringExecution",
                .objects(
                    ObjectSchema(
                        "PreferredSchedulingTerm",
                        [.served("weight", .int32), .served("preference", .object(.nodeSelectorTerm))]
                    )
                )
            ),
        ]
    )

    static let nodeSelectorTerm = ObjectSchema(
        "NodeSelectorTerm",
        [
            .served("matchExpressions", .objects(.selectorRequirement)),
            .served("matchFields", .objects(.selectorRequirement)),
        ]
    )

    static let podAffinity = ObjectSchema(
        "PodAffinity",
        [
            .served("requiredDuringSchedulingIgnoredDuringExecution", .objects(.podAffinityTerm)),
            .served(
                "preferredDuringSchedulingIgnoredDuringExecution",
                .objects(
                    ObjectSchema(
                        "WeightedPodAffinityTerm",
                        [.served("weight", .int32), .served("podAffinityTerm", .object(.podAffinityTerm))]
                    )
                )
            ),
        ]
    )

    static let podAffinityTerm = ObjectSchema(
        "PodAffinityTerm",
        [
            .served("labelSelector", .object(.labelSelector)),
            .served("namespaceSelector", .object(.labelSelector)),
            .served("namespaces", .strings),
            .served("topologyKey", .string),
            .served("matchLabelKeys", .strings),
            .served("mismatchLabelKeys", .strings),
        ]
    )

    static let toleration = ObjectSchema(
        "Toleration",
        [
            .served("key", .string),
            .served("operator", .word(["Exists", "Equal", "Lt", "Gt"])),
            .served("value", .string),
            .served("effect", .word(["", "NoSchedule", "PreferNoSchedule", "NoExecute"])),
            .served("tolerationSeconds", .int64),
        ]
    )

    static let topologySpreadConstraint = ObjectSchema(
        "TopologySpreadConstraint",
        [
            .served("maxSkew", .int32),
            .served("topologyKey", .string),
            .served("whenUnsatisfiable", .word(["DoNotSchedule", "ScheduleAnyway"])),
            .served("labelSelector", .object(.labelSelector)),
            .served("minDomains", .int32),
            .served("nodeAffinityPolicy", .word(["Honor", "Ignore"])),
            .served("nodeTaintsPolicy", .word(["Honor", "Ignore"])),
            .served("matchLabelKeys", .strings),
        ]
    )
}
