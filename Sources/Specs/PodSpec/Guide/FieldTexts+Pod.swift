extension FieldTexts {
    static let pod = """
        Pod: Containers that share an address, a host name and volumes, and that come and go together.
        Pod.apiVersion: v1.
        Pod.kind: Pod.
        Pod.metadata: Its name, and what is said about it.
        Pod.spec: What it is to be.
        Pod.status: What a cluster said about a pod that was copied from there; not looked at.
        ObjectMeta.name: Its name in its namespace; a DNS name of at most 253 characters.
        ObjectMeta.namespace: A namespace is only a part of the name here: pods of all namespaces share the machine. default, where it is left out.
        ObjectMeta.uid: Names everything that is made for the object; left out, it is a hash of namespace, name and spec.
        ObjectMeta.labels: Words about the object, for selectors and for people. A change restarts nothing.
        ObjectMeta.annotations: Words about the object that nothing selects by. swiftlet/network names the pod's network, k8s.v1.cni.cncf.io/networks those beside it; swiftlet/sends-for-others lets it send with addresses that are not its own.
        ObjectMeta.generateName: The beginning of a name that an API server completes; name has to be there.
        ObjectMeta.selfLink: Set by old API servers.
        ObjectMeta.resourceVersion: Set by an API server: the object's version there.
        ObjectMeta.generation: Set by an API server: how often its spec has changed.
        ObjectMeta.creationTimestamp: Set by an API server: when the object was made there.
        ObjectMeta.deletionTimestamp: Set by an API server: when the object is to be gone.
        ObjectMeta.deletionGracePeriodSeconds: Set by an API server with deletionTimestamp.
        ObjectMeta.managedFields: Set by an API server: who has written which field.
        ObjectMeta.ownerReferences: Set on pods that a Deployment, a DaemonSet or a Job has made.
        ObjectMeta.finalizers: Hold an object back in an API server; there is none here.
        PodSpec.containers: What runs, all at the same time. At least one.
        PodSpec.initContainers: Run before the containers, one after the other, each to its end; with restartPolicy Always they are sidecars, which go on running.
        PodSpec.ephemeralContainers: Are put into a pod that runs, through an API server.
        PodSpec.volumes: Folders that containers may mount.
        PodSpec.restartPolicy: Whether containers that end are started again: Always, OnFailure or Never.
        PodSpec.terminationGracePeriodSeconds: How long containers have between SIGTERM and SIGKILL. 30, where it is left out.
        PodSpec.activeDeadlineSeconds: How long the pod may run at all, from its start; then it is ended and has failed.
        PodSpec.securityContext: Users, groups and profiles that hold for all containers which do not say otherwise.
        PodSpec.hostname: The name that its programs see as the machine's; the pod's own, where it is left out.
        PodSpec.hostnameOverride: The host name, whatever hostname and subdomain say.
        PodSpec.subdomain: Makes the full name hostname.subdomain.namespace.svc.cluster.local.
        PodSpec.setHostnameAsFQDN: The kernel's host name is the full one, of at most 64 characters.
        PodSpec.hostNetwork: The pod has the machine's network and no address of its own.
        PodSpec.hostPID: Its containers see all processes of the machine.
        PodSpec.hostIPC: Its containers share the machine's System V IPC, POSIX queues and /dev/shm.
        PodSpec.hostUsers: false gives the pod a user namespace with 65536 ids of its own: its root is nobody outside.
        PodSpec.shareProcessNamespace: Its containers see each other's processes.
        PodSpec.runtimeClassName: Another OCI runtime, by a RuntimeClass of the folder, or by its name in the agent's configuration (runtimes).
        PodSpec.dnsConfig: Name servers, search domains and options on top of what dnsPolicy gives.
        PodSpec.dnsPolicy: Where name servers come from. ClusterFirst is the pod's network here, Default the machine, None dnsConfig alone.
        PodSpec.hostAliases: Further lines of /etc/hosts.
        PodSpec.imagePullSecrets: Secrets with passwords of registries.
        PodSpec.serviceAccountName: An identity at an API server; there is none here.
        PodSpec.serviceAccount: The old name of serviceAccountName.
        PodSpec.automountServiceAccountToken: Whether a token for the API server is mounted; there is none here.
        PodSpec.enableServiceLinks: Variables for the Services of the namespace; there are none here.
        PodSpec.nodeName: The node that the pod is for; this one, whatever it says.
        PodSpec.nodeSelector: Which nodes the pod may be on.
        PodSpec.schedulerName: Who finds a node for the pod.
        PodSpec.priority: Who goes first when the machine runs short of memory or disk, and last at a shutdown.
        PodSpec.priorityClassName: A PriorityClass of the folder, or system-node-critical or system-cluster-critical; says the priority.
        PodSpec.preemptionPolicy: Whether others are sent away for the pod.
        PodSpec.affinity: Near which nodes and pods the pod may be.
        PodSpec.tolerations: Which taints of nodes the pod bears; here that of memory pressure, for BestEffort pods.
        Toleration.key: The taint; none for all of them.
        Toleration.operator: Equal, or Exists for any value.
        Toleration.value: The taint's value.
        Toleration.effect: What the taint does; none for all effects.
        Toleration.tolerationSeconds: How long NoExecute is borne.
        PodSpec.topologySpreadConstraints: How pods are spread over nodes.
        PodSpec.readinessGates: Conditions that the annotation swiftlet/conditions declares and without which the pod is not ready.
        PodReadinessGate.conditionType: The condition.
        PodSpec.schedulingGates: What holds a pod back from being scheduled.
        PodSpec.resourceClaims: Devices of dynamic resource allocation.
        PodSpec.resources: Limits and requests of the pod as a whole.
        PodSpec.overhead: What the pod costs beside its containers.
        PodSpec.os: linux.
        PodOS.name: linux.
        PodSpec.workloadRef: The workload that schedules the pod.
        PodDNSConfig.nameservers: At most three addresses.
        PodDNSConfig.searches: Search domains, at most 32.
        PodDNSConfig.options: Options of resolv.conf(5), such as ndots.
        PodDNSConfigOption.name: ndots, timeout, edns0, ….
        PodDNSConfigOption.value: What stands behind the colon.
        HostAlias.ip: The address.
        HostAlias.hostnames: The names that lead to it.
        LocalObjectReference.name: A name in the pod's namespace.
        """
}
