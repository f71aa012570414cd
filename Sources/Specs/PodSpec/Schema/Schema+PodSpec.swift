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
            // A pod that asks for its own user namespace must not run in the host's.
            .refused("hostUsers", .boolean, quiet: [true]),
            .served("shareProcessNamespace", .boolean),
            // A runtime class stands for a sandbox (gVisor, Kata); without it the pod is less isolated than asked.
            .refused("runtimeClassName", .string, quiet: [""]),
            .served("dnsConfig", .object(.dnsConfig)),
            // Without a cluster's name service, all but None come down to the host's.
            .served("dnsPolicy", .word(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"])),
            .served("hostAliases", .objects(.hostAlias)),
            .later("imagePullSecrets", .objects(.localObjectReference)),
            .later("serviceAccountName", .string, quiet: ["default"]),
            .later("serviceAccount", .string, quiet: ["default"]),
            .later("automountServiceAccountToken", .boolean),
            .later("enableServiceLinks", .boolean, quiet: [true]),
            .later("nodeName", .string),
            .later("nodeSelector", .stringMap),
            .later("schedulerName", .string, quiet: ["default-scheduler"]),
            .served("priority", .int32),
            // Of the classes only those can be known that every cluster has.
            .later("priorityClassName", .string, quiet: ["system-node-critical", "system-cluster-critical"]),
            .later("preemptionPolicy", .word(["PreemptLowerPriority", "Never"]), quiet: ["PreemptLowerPriority"]),
            .later("affinity", .object(.affinity)),
            .later("tolerations", .objects(.toleration)),
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
            .refused("os", .object(ObjectSchema("PodOS", [.served("name", .string)])), quiet: [["name": "linux"]]),
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
