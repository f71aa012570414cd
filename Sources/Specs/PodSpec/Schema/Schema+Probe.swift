extension ObjectSchema {
    static let probe = ObjectSchema(
        "Probe",
        [
            .served("exec", .object(.execAction)),
            .served("httpGet", .object(.httpGetAction)),
            .served("tcpSocket", .object(.tcpSocketAction)),
            .served(
                "grpc",
                .object(
                    ObjectSchema(
                        "GRPCAction",
                        required: ["port"],
                        [.served("port", .int32), .served("service", .string)]
                    )
                )
            ),
            .served("initialDelaySeconds", .int32),
            .served("periodSeconds", .int32),
            .served("timeoutSeconds", .int32),
            .served("successThreshold", .int32),
            .served("failureThreshold", .int32),
            .served("terminationGracePeriodSeconds", .int64),
        ]
    )

    static let lifecycle = ObjectSchema(
        "Lifecycle",
        [
            .served("postStart", .object(.lifecycleHandler)),
            .served("preStop", .object(.lifecycleHandler)),
            .served("stopSignal", .string),
        ]
    )

    static let lifecycleHandler = ObjectSchema(
        "LifecycleHandler",
        [
            .served("exec", .object(.execAction)),
            .served("httpGet", .object(.httpGetAction)),
            .served("tcpSocket", .object(.tcpSocketAction)),
            .served(
                "sleep",
                .object(ObjectSchema("SleepAction", required: ["seconds"], [.served("seconds", .int64)]))
            ),
        ]
    )

    static let execAction = ObjectSchema("ExecAction", [.served("command", .strings)])

    static let httpGetAction = ObjectSchema(
        "HTTPGetAction",
        required: ["port"],
        [
            .served("path", .string),
            .served("port", .intOrString),
            .served("host", .string),
            .served("scheme", .word(["HTTP", "HTTPS"])),
            .served(
                "httpHeaders",
                .objects(
                    ObjectSchema(
                        "HTTPHeader",
                        required: ["name", "value"],
                        [.served("name", .string), .served("value", .string)]
                    )
                )
            ),
        ]
    )

    static let tcpSocketAction = ObjectSchema(
        "TCPSocketAction",
        required: ["port"],
        [.served("port", .intOrString), .served("host", .string)]
    )
}
