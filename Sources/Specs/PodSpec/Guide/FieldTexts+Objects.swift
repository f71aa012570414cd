extension FieldTexts {
    static let objects = """
        ConfigMap: Keys with values, for variables and volumes of the pods in its namespace.
        ConfigMap.apiVersion: v1.
        ConfigMap.kind: ConfigMap.
        ConfigMap.metadata: Its name, and what is said about it.
        ConfigMap.data: Keys with texts.
        ConfigMap.binaryData: Keys with bytes, in base64.
        ConfigMap.immutable: Whether its content stays as it is for as long as the object is there.
        Secret: The same for what nobody else is to see: never on disk, never shown.
        Secret.apiVersion: v1.
        Secret.kind: Secret.
        Secret.metadata: Its name, and what is said about it.
        Secret.type: Opaque, kubernetes.io/dockerconfigjson, ….
        Secret.data: Keys with bytes, in base64.
        Secret.stringData: Keys with texts; before data.
        Secret.immutable: Whether its content stays as it is for as long as the object is there.
        PersistentVolumeClaim: A folder that outlives its pods.
        PersistentVolumeClaim.apiVersion: v1.
        PersistentVolumeClaim.kind: PersistentVolumeClaim.
        PersistentVolumeClaim.metadata: Its name, and what is said about it.
        PersistentVolumeClaim.spec: What is claimed.
        PersistentVolumeClaimSpec.accessModes: Who may mount it: ReadWriteOnce, ReadOnlyMany, ReadWriteMany, ReadWriteOncePod.
        PersistentVolumeClaimSpec.resources: How much room it asks for.
        PersistentVolumeClaimSpec.volumeMode: Filesystem.
        VolumeResourceRequirements.requests: storage.
        """
}
