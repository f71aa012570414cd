extension ObjectSchema {
    static let container = ObjectSchema("Container", required: ["name", "image"], containerFields)

    static let ephemeralContainer = ObjectSchema(
        "EphemeralContainer",
        required: ["name", "image"],
        containerFields + [.later("targetContainerName", .string)]
    )

    private static let containerFields: [Field] = [
        .served("name", .string),
        .served("image", .string),
        .served("imagePullPolicy", .word(["Always", "IfNotPresent", "Never"])),
        .served("command", .strings),
        .served("args", .strings),
        .served("workingDir", .string),
        .served("ports", .objects(.containerPort)),
        .served("env", .objects(.envVar)),
        .served("envFrom", .objects(.envFromSource)),
        .served("resources", .object(.resources)),
        .served("volumeMounts", .objects(.volumeMount)),
        .refused("volumeDevices", .objects(.volumeDevice)),
        .served("securityContext", .object(.securityContext)),
        .served("livenessProbe", .object(.probe)),
        .served("readinessProbe", .object(.probe)),
        .served("startupProbe", .object(.probe)),
        .served("lifecycle", .object(.lifecycle)),
        .served("restartPolicy", .word(["Always", "OnFailure", "Never"])),
        .served("restartPolicyRules", .objects(.restartRule)),
        .served("resizePolicy", .objects(.resizePolicy)),
        .served("stdin", .boolean),
        .served("stdinOnce", .boolean),
        .served("tty", .boolean),
        .served("terminationMessagePath", .string),
        .served("terminationMessagePolicy", .word(["File", "FallbackToLogsOnError"])),
    ]

    static let restartRule = ObjectSchema(
        "ContainerRestartRule",
        required: ["action"],
        [
            .served("action", .word(["Restart", "RestartAllContainers"])),
            .served(
                "exitCodes",
                .object(
                    ObjectSchema(
                        "ContainerRestartRuleOnExitCodes",
                        required: ["operator"],
                        [.served("operator", .word(["In", "NotIn"])), .served("values", .list(.int32))]
                    )
                )
            ),
        ]
    )

    static let containerPort = ObjectSchema(
        "ContainerPort",
        required: ["containerPort"],
        [
            .served("name", .string),
            .served("containerPort", .int32),
            .served("hostPort", .int32),
            .served("hostIP", .string),
            .served("protocol", .word(["TCP", "UDP", "SCTP"])),
        ]
    )

    static let envVar = ObjectSchema(
        "EnvVar",
        required: ["name"],
        [.served("name", .string), .served("value", .string), .served("valueFrom", .object(.envVarSource))]
    )

    /// What is not served among these is judged by the validation, which knows what is optional.
    static let envVarSource = ObjectSchema(
        "EnvVarSource",
        [
            .served("fieldRef", .object(.objectFieldSelector)),
            .served("resourceFieldRef", .object(.resourceFieldSelector)),
            .served("configMapKeyRef", .object(.keySelector)),
            .served("secretKeyRef", .object(.keySelector)),
            .served(
                "fileKeyRef",
                .object(
                    ObjectSchema(
                        "FileKeySelector",
                        [
                            .served("volumeName", .string), .served("path", .string), .served("key", .string),
                            .served("optional", .boolean),
                        ]
                    )
                )
            ),
        ]
    )

    static let objectFieldSelector = ObjectSchema(
        "ObjectFieldSelector",
        required: ["fieldPath"],
        [.served("apiVersion", .string), .served("fieldPath", .string)]
    )

    static let resourceFieldSelector = ObjectSchema(
        "ResourceFieldSelector",
        required: ["resource"],
        [.served("containerName", .string), .served("resource", .string), .served("divisor", .quantity)]
    )

    static let keySelector = ObjectSchema(
        "KeySelector",
        required: ["key"],
        [.served("name", .string), .served("key", .string), .served("optional", .boolean)]
    )

    static let envFromSource = ObjectSchema(
        "EnvFromSource",
        [
            .served("prefix", .string),
            .served("configMapRef", .object(.envFromReference)),
            .served("secretRef", .object(.envFromReference)),
        ]
    )

    static let envFromReference = ObjectSchema(
        "EnvFromReference",
        [.served("name", .string), .served("optional", .boolean)]
    )

    static let resources = ObjectSchema(
        "ResourceRequirements",
        [
            .served("limits", .quantities),
            .served("requests", .quantities),
            .refused(
                "claims",
                .objects(ObjectSchema("ResourceClaim", [.served("name", .string), .served("request", .string)]))
            ),
        ]
    )

    static let resizePolicy = ObjectSchema(
        "ContainerResizePolicy",
        required: ["resourceName", "restartPolicy"],
        [.served("resourceName", .string), .served("restartPolicy", .word(["NotRequired", "RestartContainer"]))]
    )

    static let volumeMount = ObjectSchema(
        "VolumeMount",
        required: ["name", "mountPath"],
        [
            .served("name", .string),
            .served("mountPath", .string),
            .served("subPath", .string),
            .served("subPathExpr", .string),
            .served("readOnly", .boolean),
            .served("recursiveReadOnly", .word(["Disabled", "IfPossible", "Enabled"])),
            .served("mountPropagation", .word(["None", "HostToContainer", "Bidirectional"])),
        ]
    )

    static let volumeDevice = ObjectSchema(
        "VolumeDevice",
        [.served("name", .string), .served("devicePath", .string)]
    )
}
