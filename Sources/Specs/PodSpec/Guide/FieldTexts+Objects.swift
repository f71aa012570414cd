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
        PersistentVolumeClaimSpec.selector: Which volumes of a cluster would do; there are none here.
        PersistentVolumeClaimSpec.storageClassName: A class of a cluster's volumes; every claim is a folder of the machine here.
        PersistentVolumeClaimSpec.volumeAttributesClassName: How a cluster's volume is tuned.
        PersistentVolumeClaimSpec.volumeName: A certain volume of a cluster; the claim's folder is named after the claim here.
        PersistentVolumeClaimSpec.dataSource: A snapshot or claim that the volume begins as.
        PersistentVolumeClaimSpec.dataSourceRef: What the volume begins as.
        PersistentVolumeClaim.status: What a cluster said about a claim that was copied from there; not looked at.
        PriorityClass: A name for a priority, for pods of all namespaces.
        PriorityClass.apiVersion: scheduling.k8s.io/v1.
        PriorityClass.kind: PriorityClass.
        PriorityClass.metadata: Its name, and what is said about it.
        PriorityClass.value: The priority; at most 1000000000.
        PriorityClass.globalDefault: Whether pods have it that name no class.
        PriorityClass.preemptionPolicy: Whether others are sent away for its pods; nobody is, here.
        PriorityClass.description: A word for people.
        RuntimeClass: A name for a handler of the agent's configuration (runtimes), for pods of all namespaces.
        RuntimeClass.apiVersion: node.k8s.io/v1.
        RuntimeClass.kind: RuntimeClass.
        RuntimeClass.metadata: Its name, and what is said about it.
        RuntimeClass.handler: The handler's name.
        RuntimeClass.overhead: What the sandbox takes besides the containers (podFixed): added to what its pods request and may have.
        Overhead.podFixed: A figure of cpu, memory and so on, added to the sum of the containers.
        RuntimeClass.scheduling: Which nodes have the handler.
        VolumeResourceRequirements.requests: storage.
        VolumeResourceRequirements.limits: storage. The room of a claim is that of the file system.
        """
}
