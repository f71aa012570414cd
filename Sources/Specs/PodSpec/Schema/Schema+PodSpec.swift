extension ObjectSchema {
    static let podSpec = ObjectSchema(
        "PodSpec",
        required: ["containers"],
        [
            .served("containers", .objects(.container)),
            .served("initContainers", .objects(.container)),
            .later("ephemeralContainers", .objects(.ephemeralContainer)),
            .served("volumes", .objects(.volume)),
            .served("restartPolicy", .word(["Always", "OnFailure", "Never"])),
            .served("terminationGracePeriodSeconds", .int64),
            .served("activeDeadlineSeconds", .int64),
            .served("securityContext", .object(.podSecurityContext)),
            .served("hostname", .string),
            .served("subdomain", .string),
            .served("setHostnameAsFQDN", .boolean),
            .served("hostnameOverride", .string),
            .served("hostNetwork", .boolean),
            .served("hostPID", .boolean),
            .served("hostIPC", .boolean),
            .served("hostUsers", .boolean),
            .served("shareProcessNamespace", .boolean),
            .served("runtimeClassName", .string),
            .served("dnsConfig", .object(.dnsConfig)),
            // Without a cluster's name service, all but None come down to the host's.
            .served("dnsPolicy", .word(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
            .served("hostAliases", .objects(.hostAlias)),
            .served("imagePullSecrets", .objects(.localObjectReference)),
            .later("serviceAccountName", .string, quiet: ["default"]),
            .later("serviceAccount", .string, quiet: ["default"]),
            // There are no tokens, and no services: so much can be had.
            .later("automountServiceAccountToken", .boolean, quiet: [false]),
            .idle("enableServiceLinks", .boolean),
            .later("nodeName", .string),
            .later("nodeSelector", .stringMap),
            .later("schedulerName", .string, quiet: ["default-scheduler"]),
            .served("priority", .int32),
            .served("priorityClassName", .string),
            // Nobody is pre-empted where nobody is scheduled.
            .idle("preemptionPolicy", .word(["PreemptLowerPriority", "Never"])),
            .later("affinity", .object(.affinity)),
            .served("tolerations", .objects(.toleration)),
            .later("topologySpreadConstraints", .objects(.topologySpreadConstraint)),
            .served(
                "readinessGates",
                .objects(
                    ObjectSchema("PodReadinessGate", required: ["conditionType"], [.served("conditionType", .string)])
                )
            ),
            .later("schedulingGates", .objects(ObjectSchema("PodSchedulingGate", [.later("name", .string)]))),
            .refused("resourceClaims", .objects(.podResourceClaim)),
            .served("resources", .object(.resources)),
            .served("overhead", .quantities),
            .served("os", .object(ObjectSchema("PodOS", required: ["name"], [.served("name", .word(["linux", "windows"]))]))),
            .later("workloadRef", .any),
        ]
    )

    static let dnsConfig = ObjectSchema(
        "PodDNSConfig",
        [
            .served("nameservers", .strings),
            .served("searches", .strings),
            .served(
                "options",
                .objects(
                    ObjectSchema(
                        "PodDNSConfigOption",
                        required: ["name"],
                        [.served("name", .string), .served("value", .string)]
                    )
                )
            ),
        ]
    )

    static let hostAlias = ObjectSchema(
        "HostAlias",
        required: ["ip"],
        [.served("ip", .string), .served("hostnames", .strings)]
    )

    static let podResourceClaim = ObjectSchema(
        "PodResourceClaim",
        [
            .served("name", .string),
            .served("resourceClaimName", .string),
            .served("resourceClaimTemplateName", .string),
        ]
    )
}
