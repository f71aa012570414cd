import OCISpec
import PodSpec

/// Makes the OCI configuration of one container of a pod. Pure: whatever had to be looked up is in the inputs.
public struct BundleBuilder: Sendable {
    /// What has been found out for this attempt.
    public struct Inputs: Sendable {
        public var pod: Pod
        public var container: Container
        public var image: PodImage
        /// Who `runAsUser`, or else the image's `USER`, is.
        public var user: ImageUser
        /// Nil on the host's network.
        public var network: PodNetworkState?
        /// What each of the container's volume mounts binds, in their order.
        public var mountSources: [String]
        /// The profile that `Localhost` names.
        public var localSeccompProfile: RuntimeSpec.Linux.Seccomp?
        /// Whether the kernel has AppArmor on, and has loaded the profile that the container is to have.
        public var appArmor: AppArmorState
        /// The host's device nodes, for a privileged container.
        public var hostDevices: [RuntimeSpec.Linux.Device]
        /// The objects of the pod's namespace, for variables.
        public var objects = PodObjects()
        /// Whether the kernel has SELinux on.
        public var hasSELinux: Bool
        /// The ids of the pod's user namespace.
        public var users: IDRange?

        public init(pod: Pod, container: Container, image: PodImage, user: ImageUser, network: PodNetworkState?) {
            self.pod = pod
            self.container = container
            self.image = image
            self.user = user
            self.network = network
            mountSources = []
            appArmor = .off
            hostDevices = []
            hasSELinux = false
        }
    }

    public let inputs: Inputs
    public let paths: PodPaths
    public let containerPaths: ContainerPaths
    /// `/swiftlet/pod<uid>/<container id>`.
    public let cgroup: String
    public let node: EngineConfiguration.Node

    public init(
        _ inputs: Inputs,
        paths: PodPaths,
        attempt: Int,
        cgroup: String,
        node: EngineConfiguration.Node
    ) {
        self.inputs = inputs
        self.paths = paths
        containerPaths = paths.container(inputs.container.name, attempt)
        self.cgroup = cgroup
        self.node = node
    }

    var pod: Pod { inputs.pod }
    var container: Container { inputs.container }
    var security: SecurityContext { container.securityContext ?? SecurityContext() }
    var podSecurity: PodSecurityContext { pod.spec.securityContext ?? PodSecurityContext() }
    var isPrivileged: Bool { security.privileged ?? false }
    var usesHostNetwork: Bool { pod.spec.hostNetwork ?? false }

    /// The configuration, or why there can be none: `CreateContainerConfigError` where the manifest asks for something that
    /// cannot be, `CreateContainerError` where image and manifest together do.
    public func build() throws(StepFailure) -> RuntimeSpec {
        var spec = RuntimeSpec()
        try refuseWhatUsersForbid()
        let capabilities = try boundingCapabilities()
        spec.process = try process(capabilities: capabilities)
        spec.root = RuntimeSpec.Root(path: "rootfs", readonly: security.readOnlyRootFilesystem ?? false)
        spec.mounts = try mounts()
        spec.linux = try linux(capabilities: capabilities)
        spec.annotations = annotations()
        return spec
    }

    private func linux(capabilities: [String]) throws(StepFailure) -> RuntimeSpec.Linux {
        var linux = RuntimeSpec.Linux()
        linux.namespaces = namespaces()
        if let users = inputs.users { linux.setUserNamespace(paths.pinned(.user), users) }
        linux.cgroupsPath = cgroup
        linux.resources = ContainerResources(container, in: pod, on: node).linux
        linux.seccomp = try seccomp(capabilities: capabilities)
        if isPrivileged {
            linux.devices = inputs.hostDevices
        } else if security.procMount != .unmasked {
            linux.maskedPaths = ContainerDefaults.maskedPaths
            linux.readonlyPaths = ContainerDefaults.readonlyPaths
        }
        linux.mountLabel = mountLabel
        // A bind mount that propagates back needs a root that lets it through; otherwise the host's later mounts reach the
        // container only where a volume asks for them.
        let propagations = container.volumeMounts.compactMap(\.mountPropagation)
        if propagations.contains(.bidirectional) {
            linux.rootfsPropagation = "rshared"
        } else if propagations.contains(.hostToContainer) {
            linux.rootfsPropagation = "rslave"
        }
        return linux
    }

    /// pid, mount and cgroup are the container's own; the others are the pod's, or the host's where the pod shares those.
    private func namespaces() -> [RuntimeSpec.Linux.Namespace] {
        var list: [RuntimeSpec.Linux.Namespace] = [.init(.mount), .init(.cgroup)]
        if pod.spec.sharesProcesses {
            list.insert(.init(.pid, path: paths.pinned(.pid)), at: 0)
        } else if !(pod.spec.hostPID ?? false) {
            list.insert(.init(.pid), at: 0)
        }
        let own = pod.spec.ownNamespaces
        for (namespace, kind) in [(.ipc, .ipc), (.network, .network), (.uts, .uts)]
            as [(PodNamespace, RuntimeSpec.Linux.Namespace.Kind)] where own.contains(namespace)
        {
            list.append(.init(kind, path: paths.pinned(namespace)))
        }
        return list
    }

    /// What the pod's user namespace keeps from it is refused, and not tried: `Bidirectional` mounts come with rights over the
    /// host's, which nobody has in there.
    func refuseWhatUsersForbid() throws(StepFailure) {
        guard inputs.users != nil else { return }
        if container.volumeMounts.contains(where: { $0.mountPropagation == .bidirectional }) {
            throw StepFailure(.createContainerConfigError, "mountPropagation Bidirectional cannot be with hostUsers: false")
        }
    }

    /// What tools that read CRI runtimes' bundles look for.
    private func annotations() -> [String: String] {
        [
            "io.kubernetes.cri.container-type": "container",
            "io.kubernetes.cri.container-name": container.name,
            "io.kubernetes.cri.sandbox-id": pod.metadata.uid,
            "io.kubernetes.cri.sandbox-name": pod.metadata.name,
            "io.kubernetes.cri.sandbox-namespace": pod.metadata.namespace,
            "io.kubernetes.cri.image-name": inputs.image.reference,
        ]
    }
}

extension RuntimeSpec.Linux {
    /// Puts the process into a pod's user namespace. The mappings are those that it has: the runtime has to know them to give
    /// files to the process's user.
    package mutating func setUserNamespace(_ path: String, _ users: IDRange) {
        namespaces = [.init(.user, path: path)] + (namespaces ?? [])
        let mapping = RuntimeSpec.IDMapping(containerID: 0, hostID: users.first, size: users.count)
        uidMappings = [mapping]
        gidMappings = [mapping]
    }
}
