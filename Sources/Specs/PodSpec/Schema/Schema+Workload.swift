extension ObjectSchema {
    static let deployment = workload("Deployment", .object(.deploymentSpec))
    static let replicaSet = workload("ReplicaSet", .object(.replicaSetSpec))
    static let daemonSet = workload("DaemonSet", .object(.daemonSetSpec))
    static let job = workload("Job", .object(.jobSpec))
    static let cronJob = workload("CronJob", .object(.cronJobSpec))

    private static func workload(_ name: String, _ spec: Shape) -> ObjectSchema {
        ObjectSchema(
            name,
            required: ["metadata", "spec"],
            [
                .served("apiVersion", .string),
                .served("kind", .string),
                .served("metadata", .object(.objectMeta)),
                .served("spec", spec),
                .idle("status", .any),
            ]
        )
    }

    static let podTemplate = ObjectSchema(
        "PodTemplateSpec",
        required: ["spec"],
        [.served("metadata", .object(.objectMeta)), .served("spec", .object(.podSpec))]
    )

    private static let rollingUpdate = ObjectSchema(
        "RollingUpdate",
        [.served("maxUnavailable", .any), .served("maxSurge", .any)]
    )

    static let deploymentSpec = ObjectSchema(
        "DeploymentSpec",
        required: ["selector", "template"],
        [
            .served("replicas", .int32),
            .served("selector", .object(.labelSelector)),
            .served("template", .object(.podTemplate)),
            .served(
                "strategy",
                .object(
                    ObjectSchema(
                        "DeploymentStrategy",
                        [
                            .served("type", .word(["RollingUpdate", "Recreate"])),
                            .served("rollingUpdate", .object(rollingUpdate)),
                        ]
                    )
                )
            ),
            .served("minReadySeconds", .int32),
            // There is nothing to go back to but the file that was.
            .idle("revisionHistoryLimit", .int32),
            .served("paused", .boolean),
            .served("progressDeadlineSeconds", .int32),
        ]
    )

    static let replicaSetSpec = ObjectSchema(
        "ReplicaSetSpec",
        required: ["selector", "template"],
        [
            .served("replicas", .int32),
            .served("selector", .object(.labelSelector)),
            .served("template", .object(.podTemplate)),
            .served("minReadySeconds", .int32),
        ]
    )

    static let daemonSetSpec = ObjectSchema(
        "DaemonSetSpec",
        required: ["selector", "template"],
        [
            .served("selector", .object(.labelSelector)),
            .served("template", .object(.podTemplate)),
            .served(
                "updateStrategy",
                .object(
                    ObjectSchema(
                        "DaemonSetUpdateStrategy",
                        [
                            .served("type", .word(["RollingUpdate", "OnDelete"])),
                            .served("rollingUpdate", .object(rollingUpdate)),
                        ]
                    )
                )
            ),
            .served("minReadySeconds", .int32),
            .idle("revisionHistoryLimit", .int32),
        ]
    )

    static let jobSpec = ObjectSchema(
        "JobSpec",
        required: ["template"],
        [
            .served("parallelism", .int32),
            .served("completions", .int32),
            .served("completionMode", .word(["NonIndexed", "Indexed"])),
            .served("backoffLimit", .int32),
            .served("backoffLimitPerIndex", .int32),
            .served("maxFailedIndexes", .int32),
            .served("activeDeadlineSeconds", .int64),
            .served("ttlSecondsAfterFinished", .int32),
            .served("suspend", .boolean),
            // Pods are known by their names here, not by their labels.
            .idle("manualSelector", .boolean),
            .idle("selector", .object(.labelSelector)),
            // Somebody else's job must not be done by us.
            .refused("managedBy", .string, quiet: ["kubernetes.io/job-controller"]),
            .served("podFailurePolicy", .object(.podFailurePolicy)),
            .served("successPolicy", .object(.successPolicy)),
            .served("podReplacementPolicy", .word(["TerminatingOrFailed", "Failed"])),
            .served("template", .object(.podTemplate)),
        ]
    )

    static let podFailurePolicy = ObjectSchema(
        "PodFailurePolicy",
        required: ["rules"],
        [
            .served(
                "rules",
                .objects(
                    ObjectSchema(
                        "PodFailurePolicyRule",
                        required: ["action"],
                        [
                            .served("action", .word(["FailJob", "FailIndex", "Ignore", "Count"])),
                            .served(
                                "onExitCodes",
                                .object(
                                    ObjectSchema(
                                        "PodFailurePolicyOnExitCodesRequirement",
                                        required: ["operator", "values"],
                                        [
                                            .served("containerName", .string),
                                            .served("operator", .word(["In", "NotIn"])),
                                            .served("values", .list(.int32)),
                                        ]
                                    )
                                )
                            ),
                            .served(
                                "onPodConditions",
                                .objects(
                                    ObjectSchema(
                                        "PodFailurePolicyOnPodConditionsPattern",
                                        required: ["type"],
                                        [
                                            .served("type", .string),
                                            .served("status", .word(["True", "False", "Unknown"])),
                                        ]
                                    )
                                )
                            ),
                        ]
                    )
                )
            )
        ]
    )

    static let successPolicy = ObjectSchema(
        "SuccessPolicy",
        required: ["rules"],
        [
            .served(
                "rules",
                .objects(
                    ObjectSchema(
                        "SuccessPolicyRule",
                        [.served("succeededIndexes", .string), .served("succeededCount", .int32)]
                    )
                )
            )
        ]
    )

    static let cronJobSpec = ObjectSchema(
        "CronJobSpec",
        required: ["schedule", "jobTemplate"],
        [
            .served("schedule", .string),
            .served("timeZone", .string),
            .served("startingDeadlineSeconds", .int64),
            .served("concurrencyPolicy", .word(["Allow", "Forbid", "Replace"])),
            .served("suspend", .boolean),
            .served("successfulJobsHistoryLimit", .int32),
            .served("failedJobsHistoryLimit", .int32),
            .served(
                "jobTemplate",
                .object(
                    ObjectSchema(
                        "JobTemplateSpec",
                        required: ["spec"],
                        [.served("metadata", .object(.objectMeta)), .served("spec", .object(.jobSpec))]
                    )
                )
            ),
        ]
    )
}
