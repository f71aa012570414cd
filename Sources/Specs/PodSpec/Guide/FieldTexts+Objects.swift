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
        NetworkPolicy: Who may talk to some pods of its namespace, and whom they may talk to. Answers always pass, and so does what the \
        machine itself says to its pods and they to it.
        NetworkPolicy.apiVersion: networking.k8s.io/v1.
        NetworkPolicy.kind: NetworkPolicy.
        NetworkPolicy.metadata: Its name, and what is said about it.
        NetworkPolicy.spec: Which pods it is for, and what it allows them.
        NetworkPolicySpec.podSelector: The pods; without one all of the namespace. What no policy that selects them allows is closed.
        NetworkPolicySpec.policyTypes: Ingress, Egress or both. Where it is not said, Ingress, and Egress if there are rules for it.
        NetworkPolicySpec.ingress: What may come in; without a rule nothing.
        NetworkPolicySpec.egress: What may go out; without a rule nothing.
        NetworkPolicyIngressRule.from: Who may talk to the pods; everybody where it is empty.
        NetworkPolicyIngressRule.ports: To which of their ports; all of all protocols where it is empty.
        NetworkPolicyEgressRule.to: Whom the pods may talk to; everybody where it is empty.
        NetworkPolicyEgressRule.ports: To which ports of theirs; all of all protocols where it is empty.
        NetworkPolicyPeer.podSelector: Pods with such labels, of the policy's namespace unless another is selected.
        NetworkPolicyPeer.namespaceSelector: Pods of such namespaces; a namespace has the label kubernetes.io/metadata.name here, its name.
        NetworkPolicyPeer.ipBlock: A block of addresses.
        IPBlock.cidr: The block: 10.0.0.0/8, fd00::/64.
        IPBlock.except: Parts of it that are not meant.
        NetworkPolicyPort.protocol: TCP, UDP or SCTP; TCP where it is not said.
        NetworkPolicyPort.port: A number, or the name that the pod which is talked to gives the port; all where it is not said.
        NetworkPolicyPort.endPort: The last of several ports that begin with port.
        VolumeResourceRequirements.requests: storage.
        VolumeResourceRequirements.limits: storage. The room of a claim is that of the file system.
        """
}
