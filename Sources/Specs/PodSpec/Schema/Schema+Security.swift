extension ObjectSchema {
    static let podSecurityContext = ObjectSchema(
        "PodSecurityContext",
        [
            .served("runAsUser", .int64),
            .served("runAsGroup", .int64),
            .served("runAsNonRoot", .boolean),
            .served("fsGroup", .int64),
            .later("fsGroupChangePolicy", .word(["OnRootMismatch", "Always"]), quiet: ["Always"]),
            .served("supplementalGroups", .list(.int64)),
            // `Strict` keeps the image's own groups away from the process.
            .refused("supplementalGroupsPolicy", .word(["Merge", "Strict"]), quiet: ["Merge"]),
            .served("seccompProfile", .object(.seccompProfile)),
            .served("appArmorProfile", .object(.appArmorProfile)),
            .later(
                "sysctls",
                .objects(
                    ObjectSchema(
                        "Sysctl",
                        required: ["name", "value"],
                        [.served("name", .string), .served("value", .string)]
                    )
                )
            ),
            .later("seLinuxOptions", .object(.seLinuxOptions)),
            .later("seLinuxChangePolicy", .string),
            .later("windowsOptions", .object(.windowsOptions)),
        ]
    )

    static let securityContext = ObjectSchema(
        "SecurityContext",
        [
            .served("runAsUser", .int64),
            .served("runAsGroup", .int64),
            .served("runAsNonRoot", .boolean),
            .served("readOnlyRootFilesystem", .boolean),
            .served("privileged", .boolean),
            .served("allowPrivilegeEscalation", .boolean),
            .served("capabilities", .object(.capabilities)),
            .served("seccompProfile", .object(.seccompProfile)),
            .served("appArmorProfile", .object(.appArmorProfile)),
            .later("procMount", .word(["Default", "Unmasked"]), quiet: ["Default"]),
            .later("seLinuxOptions", .object(.seLinuxOptions)),
            .later("windowsOptions", .object(.windowsOptions)),
        ]
    )

    static let capabilities = ObjectSchema("Capabilities", [.served("add", .strings), .served("drop", .strings)])

    static let seccompProfile = ObjectSchema(
        "SeccompProfile",
        required: ["type"],
        [
            .served("type", .word(["RuntimeDefault", "Unconfined", "Localhost"])),
            .served("localhostProfile", .string),
        ]
    )

    static let appArmorProfile = ObjectSchema(
        "AppArmorProfile",
        required: ["type"],
        [
            .served("type", .word(["RuntimeDefault", "Unconfined", "Localhost"])),
            .served("localhostProfile", .string),
        ]
    )

    static let seLinuxOptions = ObjectSchema(
        "SELinuxOptions",
        [.served("user", .string), .served("role", .string), .served("type", .string), .served("level", .string)]
    )

    static let windowsOptions = ObjectSchema(
        "WindowsSecurityContextOptions",
        [
            .served("gmsaCredentialSpec", .string),
            .served("gmsaCredentialSpecName", .string),
            .served("hostProcess", .boolean),
            .served("runAsUserName", .string),
        ]
    )
}
