extension ObjectSchema {
    static let podSecurityContext = ObjectSchema(
        "PodSecurityContext",
        [
            .served("runAsUser", .int64),
            .served("runAsGroup", .int64),
            .served("runAsNonRoot", .boolean),
            .served("fsGroup", .int64),
            .served("fsGroupChangePolicy", .word(["OnRootMismatch", "Always"])),
            .served("supplementalGroups", .list(.int64)),
            .served("supplementalGroupsPolicy", .word(["Merge", "Strict"])),
            .served("seccompProfile", .object(.seccompProfile)),
            .served("appArmorProfile", .object(.appArmorProfile)),
            .served(
                "sysctls",
                .objects(
                    ObjectSchema(
                        "Sysctl",
                        required: ["name", "value"],
                        [.served("name", .string), .served("value", .string)]
                    )
                )
            ),
            .served("seLinuxOptions", .object(.seLinuxOptions)),
            // How volumes are labelled; their labels are left alone here.
            .idle("seLinuxChangePolicy", .word(["MountOption", "Recursive"])),
            .idle("windowsOptions", .object(.windowsOptions)),
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
            .served("procMount", .word(["Default", "Unmasked"])),
            .served("seLinuxOptions", .object(.seLinuxOptions)),
            .idle("windowsOptions", .object(.windowsOptions)),
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
