extension ObjectSchema {
    static let networkPolicy = ObjectSchema(
        "NetworkPolicy",
        required: ["metadata", "spec"],
        [
            .served("apiVersion", .string),
            .served("kind", .string),
            .served("metadata", .object(.objectMeta)),
            .served("spec", .object(.networkPolicySpec)),
        ]
    )

    private static let networkPolicySpec = ObjectSchema(
        "NetworkPolicySpec",
        [
            .served("podSelector", .object(.labelSelector)),
            .served("policyTypes", .list(.word(["Ingress", "Egress"]))),
            .served(
                "ingress",
                .objects(ObjectSchema("NetworkPolicyIngressRule", [.served("from", .objects(.peer)), .served("ports", .objects(.policyPort))]))
            ),
            .served(
                "egress",
                .objects(ObjectSchema("NetworkPolicyEgressRule", [.served("to", .objects(.peer)), .served("ports", .objects(.policyPort))]))
            ),
        ]
    )

    private static let peer = ObjectSchema(
        "NetworkPolicyPeer",
        [
            .served("podSelector", .object(.labelSelector)),
            .served("namespaceSelector", .object(.labelSelector)),
            .served("ipBlock", .object(ObjectSchema("IPBlock", required: ["cidr"], [.served("cidr", .string), .served("except", .strings)]))),
        ]
    )

    private static let policyPort = ObjectSchema(
        "NetworkPolicyPort",
        [
            .served("protocol", .word(["TCP", "UDP", "SCTP"])), .served("port", .intOrString), .served("endPort", .int32),
        ]
    )
}
