/// Volumes on other machines and in clouds.
extension ObjectSchema {
    static let nfsVolume = ObjectSchema(
        "NFSVolumeSource",
        required: ["server", "path"],
        [.served("server", .string), .served("path", .string), .served("readOnly", .boolean)]
    )

    static let iscsiVolume = ObjectSchema(
        "ISCSIVolumeSource",
        [
            .served("targetPortal", .string), .served("portals", .strings), .served("iqn", .string),
            .served("lun", .int32), .served("iscsiInterface", .string), .served("fsType", .string),
            .served("readOnly", .boolean), .served("chapAuthDiscovery", .boolean),
            .served("chapAuthSession", .boolean), .served("secretRef", .object(.localObjectReference)),
            .served("initiatorName", .string),
        ]
    )

    static let fibreChannelVolume = ObjectSchema(
        "FCVolumeSource",
        [
            .served("targetWWNs", .strings), .served("wwids", .strings), .served("lun", .int32),
            .served("fsType", .string), .served("readOnly", .boolean),
        ]
    )

    static let flexVolume = ObjectSchema(
        "FlexVolumeSource",
        [
            .served("driver", .string), .served("fsType", .string), .served("readOnly", .boolean),
            .served("options", .stringMap), .served("secretRef", .object(.localObjectReference)),
        ]
    )

    static let gitRepoVolume = ObjectSchema(
        "GitRepoVolumeSource",
        [.served("repository", .string), .served("revision", .string), .served("directory", .string)]
    )

    static let awsVolume = ObjectSchema(
        "AWSElasticBlockStoreVolumeSource",
        [
            .served("volumeID", .string), .served("fsType", .string), .served("partition", .int32),
            .served("readOnly", .boolean),
        ]
    )

    static let azureDiskVolume = ObjectSchema(
        "AzureDiskVolumeSource",
        [
            .served("diskName", .string), .served("diskURI", .string), .served("cachingMode", .string),
            .served("fsType", .string), .served("kind", .string), .served("readOnly", .boolean),
        ]
    )

    static let azureFileVolume = ObjectSchema(
        "AzureFileVolumeSource",
        [.served("secretName", .string), .served("shareName", .string), .served("readOnly", .boolean)]
    )

    static let cephfsVolume = ObjectSchema(
        "CephFSVolumeSource",
        [
            .served("monitors", .strings), .served("path", .string), .served("user", .string),
            .served("secretFile", .string), .served("secretRef", .object(.localObjectReference)),
            .served("readOnly", .boolean),
        ]
    )

    static let cinderVolume = ObjectSchema(
        "CinderVolumeSource",
        [
            .served("volumeID", .string), .served("fsType", .string), .served("readOnly", .boolean),
            .served("secretRef", .object(.localObjectReference)),
        ]
    )

    static let flockerVolume = ObjectSchema(
        "FlockerVolumeSource",
        [.served("datasetName", .string), .served("datasetUUID", .string)]
    )

    static let gceVolume = ObjectSchema(
        "GCEPersistentDiskVolumeSource",
        [
            .served("pdName", .string), .served("fsType", .string), .served("partition", .int32),
            .served("readOnly", .boolean),
        ]
    )

    static let glusterVolume = ObjectSchema(
        "GlusterfsVolumeSource",
        [.served("endpoints", .string), .served("path", .string), .served("readOnly", .boolean)]
    )

    static let photonVolume = ObjectSchema(
        "PhotonPersistentDiskVolumeSource",
        [.served("pdID", .string), .served("fsType", .string)]
    )

    static let portworxVolume = ObjectSchema(
        "PortworxVolumeSource",
        [.served("volumeID", .string), .served("fsType", .string), .served("readOnly", .boolean)]
    )

    static let quobyteVolume = ObjectSchema(
        "QuobyteVolumeSource",
        [
            .served("registry", .string), .served("volume", .string), .served("readOnly", .boolean),
            .served("user", .string), .served("group", .string), .served("tenant", .string),
        ]
    )

    static let rbdVolume = ObjectSchema(
        "RBDVolumeSource",
        [
            .served("monitors", .strings), .served("image", .string), .served("fsType", .string),
            .served("pool", .string), .served("user", .string), .served("keyring", .string),
            .served("secretRef", .object(.localObjectReference)), .served("readOnly", .boolean),
        ]
    )

    static let scaleIOVolume = ObjectSchema(
        "ScaleIOVolumeSource",
        [
            .served("gateway", .string), .served("system", .string),
            .served("secretRef", .object(.localObjectReference)), .served("sslEnabled", .boolean),
            .served("protectionDomain", .string), .served("storagePool", .string), .served("storageMode", .string),
            .served("volumeName", .string), .served("fsType", .string), .served("readOnly", .boolean),
        ]
    )

    static let storageOSVolume = ObjectSchema(
        "StorageOSVolumeSource",
        [
            .served("volumeName", .string), .served("volumeNamespace", .string), .served("fsType", .string),
            .served("readOnly", .boolean), .served("secretRef", .object(.localObjectReference)),
        ]
    )

    static let vsphereVolume = ObjectSchema(
        "VsphereVirtualDiskVolumeSource",
        [
            .served("volumePath", .string), .served("fsType", .string), .served("storagePolicyName", .string),
            .served("storagePolicyID", .string),
        ]
    )
}
