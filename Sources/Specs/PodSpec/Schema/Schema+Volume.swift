extension ObjectSchema {
    /// All kinds of volumes. A container that starts without its data would do harm: those not served are refused.
    static let volume = ObjectSchema(
        "Volume",
        required: ["name"],
        [
            .served("name", .string),
            .served("hostPath", .object(.hostPath)),
            .served("emptyDir", .object(.emptyDir)),
            .served("configMap", .object(.configMapVolume)),
            .served("secret", .object(.secretVolume)),
            .served("downwardAPI", .object(.downwardAPIVolume)),
            .served("projected", .object(.projectedVolume)),
            .served("persistentVolumeClaim", .object(.claimVolume)),
            .served("ephemeral", .object(.ephemeralVolume)),
            .served("image", .object(.imageVolume)),
            .served("nfs", .object(.nfsVolume)),
            .refused("csi", .object(.csiVolume)),
            .refused("iscsi", .object(.iscsiVolume)),
            .refused("fc", .object(.fibreChannelVolume)),
            .refused("flexVolume", .object(.flexVolume)),
            .refused("gitRepo", .object(.gitRepoVolume)),
            .refused("awsElasticBlockStore", .object(.awsVolume)),
            .refused("azureDisk", .object(.azureDiskVolume)),
            .refused("azureFile", .object(.azureFileVolume)),
            .refused("cephfs", .object(.cephfsVolume)),
            .refused("cinder", .object(.cinderVolume)),
            .refused("flocker", .object(.flockerVolume)),
            .refused("gcePersistentDisk", .object(.gceVolume)),
            .refused("glusterfs", .object(.glusterVolume)),
            .refused("photonPersistentDisk", .object(.photonVolume)),
            .refused("portworxVolume", .object(.portworxVolume)),
            .refused("quobyte", .object(.quobyteVolume)),
            .refused("rbd", .object(.rbdVolume)),
            .refused("scaleIO", .object(.scaleIOVolume)),
            .refused("storageos", .object(.storageOSVolume)),
            .refused("vsphereVolume", .object(.vsphereVolume)),
        ]
    )

    static let hostPath = ObjectSchema(
        "HostPathVolumeSource",
        required: ["path"],
        [
            .served("path", .string),
            .served(
                "type",
                .word([
                    "", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice",
                ])
            ),
        ]
    )

    static let emptyDir = ObjectSchema(
        "EmptyDirVolumeSource",
        [.served("medium", .string), .served("sizeLimit", .quantity)]
    )

    static let keyToPath = ObjectSchema(
        "KeyToPath",
        required: ["key", "path"],
        [.served("key", .string), .served("path", .string), .served("mode", .int32)]
    )

    static let configMapVolume = ObjectSchema(
        "ConfigMapVolumeSource",
        [
            .served("name", .string), .served("items", .objects(.keyToPath)), .served("defaultMode", .int32),
            .served("optional", .boolean),
        ]
    )

    static let secretVolume = ObjectSchema(
        "SecretVolumeSource",
        [
            .served("secretName", .string), .served("items", .objects(.keyToPath)), .served("defaultMode", .int32),
            .served("optional", .boolean),
        ]
    )

    static let downwardAPIFile = ObjectSchema(
        "DownwardAPIVolumeFile",
        required: ["path"],
        [
            .served("path", .string), .served("fieldRef", .object(.objectFieldSelector)),
            .served("resourceFieldRef", .object(.resourceFieldSelector)), .served("mode", .int32),
        ]
    )

    static let downwardAPIVolume = ObjectSchema(
        "DownwardAPIVolumeSource",
        [.served("items", .objects(.downwardAPIFile)), .served("defaultMode", .int32)]
    )

    static let projectedVolume = ObjectSchema(
        "ProjectedVolumeSource",
        [.served("sources", .objects(.volumeProjection)), .served("defaultMode", .int32)]
    )

    static let volumeProjection = ObjectSchema(
        "VolumeProjection",
        [
            .served("configMap", .object(.projectedKeys)),
            .served("secret", .object(.projectedKeys)),
            .served(
                "downwardAPI",
                .object(ObjectSchema("DownwardAPIProjection", [.served("items", .objects(.downwardAPIFile))]))
            ),
            // These are made by an API server.
            .refused(
                "serviceAccountToken",
                .object(
                    ObjectSchema(
                        "ServiceAccountTokenProjection",
                        [.served("audience", .string), .served("expirationSeconds", .int64), .served("path", .string)]
                    )
                )
            ),
            .refused(
                "clusterTrustBundle",
                .object(
                    ObjectSchema(
                        "ClusterTrustBundleProjection",
                        [
                            .served("name", .string), .served("signerName", .string),
                            .served("labelSelector", .object(.labelSelector)), .served("optional", .boolean),
                            .served("path", .string),
                        ]
                    )
                )
            ),
            .refused(
                "podCertificate",
                .object(
                    ObjectSchema(
                        "PodCertificateProjection",
                        [
                            .served("signerName", .string), .served("keyType", .string),
                            .served("maxExpirationSeconds", .int32), .served("credentialBundlePath", .string),
                            .served("keyPath", .string), .served("certificateChainPath", .string),
                        ]
                    )
                )
            ),
        ]
    )

    static let projectedKeys = ObjectSchema(
        "KeysProjection",
        [.served("name", .string), .served("items", .objects(.keyToPath)), .served("optional", .boolean)]
    )

    static let claimVolume = ObjectSchema(
        "PersistentVolumeClaimVolumeSource",
        required: ["claimName"],
        [.served("claimName", .string), .served("readOnly", .boolean)]
    )

    static let ephemeralVolume = ObjectSchema(
        "EphemeralVolumeSource",
        [
            .served(
                "volumeClaimTemplate",
                .object(
                    ObjectSchema(
                        "PersistentVolumeClaimTemplate",
                        [.served("metadata", .object(.objectMeta)), .served("spec", .object(.claimSpec))]
                    )
                )
            )
        ]
    )

    static let claimSpec = ObjectSchema(
        "PersistentVolumeClaimSpec",
        [
            .served(
                "accessModes",
                .list(.word(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]))
            ),
            // A folder of its own is what every selector, class and volume comes down to on one node.
            .idle("selector", .object(.labelSelector)),
            .served(
                "resources",
                .object(
                    ObjectSchema(
                        "VolumeResourceRequirements",
                        [.idle("limits", .quantities), .served("requests", .quantities)]
                    )
                )
            ),
            .idle("volumeName", .string),
            .idle("storageClassName", .string),
            .served("volumeMode", .word(["Filesystem", "Block"])),
            // A claim that is to begin as a copy must not begin empty.
            .refused("dataSource", .object(.typedReference)),
            .refused("dataSourceRef", .object(.typedReference)),
            .idle("volumeAttributesClassName", .string),
        ]
    )

    static let typedReference = ObjectSchema(
        "TypedObjectReference",
        [
            .served("apiGroup", .string), .served("kind", .string), .served("name", .string),
            .served("namespace", .string),
        ]
    )

    static let imageVolume = ObjectSchema(
        "ImageVolumeSource",
        [.served("reference", .string), .served("pullPolicy", .word(["Always", "IfNotPresent", "Never"]))]
    )

    static let csiVolume = ObjectSchema(
        "CSIVolumeSource",
        [
            .served("driver", .string), .served("readOnly", .boolean), .served("fsType", .string),
            .served("volumeAttributes", .stringMap), .served("nodePublishSecretRef", .object(.localObjectReference)),
        ]
    )
}
