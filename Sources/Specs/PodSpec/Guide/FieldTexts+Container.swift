extension FieldTexts {
    static let container = """
        Container.name: Its name in the pod: a DNS label.
        Container.image: What it runs: registry/name:tag or registry/name@sha256:….
        Container.imagePullPolicy: Always asks the registry each time, IfNotPresent once, Never not at all. Always for the tag latest, else IfNotPresent.
        Container.command: Replaces the image's ENTRYPOINT (and its CMD). $(VAR) is a variable.
        Container.args: Replaces the image's CMD. $(VAR) is a variable.
        Container.workingDir: Where the command begins; the image's, where it is left out.
        Container.ports: Ports that it listens on: names for probes, and ports of the machine that lead to it.
        Container.env: Variables, in order; a value may use those before it as $(VAR).
        Container.envFrom: All keys of ConfigMaps and Secrets as variables.
        Container.resources: How much cpu and memory it is promised and may have.
        Container.volumeMounts: Where its volumes are.
        Container.volumeDevices: Block devices of claims.
        Container.securityContext: Its user, capabilities and profiles; before the pod's.
        Container.livenessProbe: Asked for as long as the container runs; when it has failed failureThreshold times in a row, the container is restarted.
        Container.readinessProbe: Asked for as long as the container runs; whether it is ready.
        Container.startupProbe: Asked until it has succeeded once; until then the others are not. When it fails for good, the container is restarted.
        Container.lifecycle: What is done after its start and before its end, and the signal that ends it.
        Container.restartPolicy: Always makes a sidecar of an init container; else whether this one is started again, before the pod's.
        Container.restartPolicyRules: What to do after which exit codes.
        ContainerRestartRule.action: Restart: the container runs again. RestartAllContainers: all of the pod begin anew.
        ContainerRestartRule.exitCodes: The ends that the rule is for.
        ContainerRestartRuleOnExitCodes.operator: In or NotIn.
        ContainerRestartRuleOnExitCodes.values: Exit codes, 255 at most.
        Container.resizePolicy: Whether a changed cpu or memory figure restarts the container.
        Container.stdin: Keeps its standard input open; without it a program that reads finds its end at once.
        Container.stdinOnce: Closes standard input with the first client.
        Container.tty: Gives it a terminal.
        Container.terminationMessagePath: The file in which it may say why it ended.
        Container.terminationMessagePolicy: FallbackToLogsOnError takes the end of the log where that file is empty.
        ContainerPort.name: For probes and hooks: at most 15 characters.
        ContainerPort.containerPort: The port inside.
        ContainerPort.hostPort: The port of the machine that leads to it.
        ContainerPort.hostIP: The machine's address on which the port is; all, where it is left out.
        ContainerPort.protocol: TCP, UDP or SCTP.
        ContainerResizePolicy.resourceName: cpu or memory.
        ContainerResizePolicy.restartPolicy: NotRequired or RestartContainer.
        VolumeMount.name: The volume.
        VolumeMount.mountPath: Where it is inside.
        VolumeMount.subPath: A folder or file of the volume in place of its root.
        VolumeMount.subPathExpr: The same, with variables as $(VAR).
        VolumeMount.readOnly: Whether it can be written to.
        VolumeMount.recursiveReadOnly: Whether that holds for mounts below it too.
        VolumeMount.mountPropagation: Whether mounts that are made later are seen inside, or from inside outside.
        ResourceRequirements.limits: The most it may have of cpu, memory, hugepages-<size>, ephemeral-storage (own files and logs; beyond it the pod is evicted).
        ResourceRequirements.requests: What it is promised; the limit, where it is left out.
        ResourceRequirements.claims: Devices of dynamic resource allocation.
        """

    static let environment = """
        EnvVar.name: The variable.
        EnvVar.value: Its value; $(VAR) is one before it, $$ a $.
        EnvVar.valueFrom: Where its value comes from.
        EnvVarSource.fieldRef: A field of the pod: metadata.name, metadata.labels['k'], status.podIP, ….
        EnvVarSource.resourceFieldRef: A limit or request of a container.
        EnvVarSource.configMapKeyRef: A key of a ConfigMap.
        EnvVarSource.secretKeyRef: A key of a Secret.
        EnvVarSource.fileKeyRef: A key of a file in a volume.
        ObjectFieldSelector.apiVersion: v1.
        ObjectFieldSelector.fieldPath: The field.
        ResourceFieldSelector.containerName: The container; this one, where it is left out.
        ResourceFieldSelector.resource: limits.cpu, requests.memory, ….
        ResourceFieldSelector.divisor: The unit: 1m, 1Mi, ….
        KeySelector.name: The object in the pod's namespace.
        KeySelector.key: The key in it.
        KeySelector.optional: Whether the container starts without it.
        FileKeySelector.volumeName: The volume.
        FileKeySelector.path: The file in it.
        FileKeySelector.key: The key in the file.
        FileKeySelector.optional: Whether the container starts without it.
        EnvFromSource.prefix: Stands in front of each name.
        EnvFromSource.configMapRef: A ConfigMap.
        EnvFromSource.secretRef: A Secret.
        EnvFromReference.name: The object in the pod's namespace.
        EnvFromReference.optional: Whether the container starts without it.
        """

    static let probe = """
        Probe.exec: A command in the container; good with exit status 0.
        Probe.httpGet: An HTTP request; good with status 200 to 399.
        Probe.tcpSocket: A TCP connection; good when it is made.
        Probe.grpc: gRPC's health service; good when it says SERVING.
        Probe.initialDelaySeconds: How long after the start the first question is put. 0.
        Probe.periodSeconds: How often it is asked. 10.
        Probe.timeoutSeconds: How long an answer may take. 1.
        Probe.successThreshold: How many good answers in a row make it good after a bad one. 1.
        Probe.failureThreshold: How many bad answers in a row make it bad. 3.
        Probe.terminationGracePeriodSeconds: The grace period where this probe ends the container; the pod's, where it is left out.
        GRPCAction.port: The port.
        GRPCAction.service: The service that is asked about.
        ExecAction.command: The command and its arguments; no shell.
        HTTPGetAction.path: The path. /.
        HTTPGetAction.port: The port's number, or its name in ports.
        HTTPGetAction.host: The host; the pod's address, where it is left out.
        HTTPGetAction.scheme: HTTP or HTTPS; certificates are not checked.
        HTTPGetAction.httpHeaders: Further header lines.
        HTTPHeader.name: The header.
        HTTPHeader.value: Its value.
        TCPSocketAction.port: The port's number, or its name in ports.
        TCPSocketAction.host: The host; the pod's address, where it is left out.
        Lifecycle.postStart: Done right after the start; when it fails, the container is ended.
        Lifecycle.preStop: Done before the signal that ends the container, within its grace period.
        Lifecycle.stopSignal: The signal that asks the container to end; the image's, where it is left out.
        LifecycleHandler.exec: A command in the container.
        LifecycleHandler.httpGet: An HTTP request.
        LifecycleHandler.tcpSocket: A TCP connection.
        LifecycleHandler.sleep: Waits.
        SleepAction.seconds: How long.
        """
}
