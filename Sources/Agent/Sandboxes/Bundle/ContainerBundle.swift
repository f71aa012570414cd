import CRISpec
import OCISpec
import PodEngine

/// Makes the OCI configuration of one container of CRI. Pure: whatever had to be looked up is in the inputs.
struct ContainerBundle: Sendable {
    /// What has been found out for this container.
    struct Inputs: Sendable {
        var sandbox: CRI.PodSandboxConfig
        var container: CRI.ContainerConfig
        var image: PodImage
        var user: ImageUser
        /// What each of the container's mounts binds, in their order.
        var mountSources: [String] = []
        var devices = ContainerDevices()
        /// The profile that `Localhost` names.
        var seccomp: RuntimeSpec.Linux.Seccomp?
        /// Whether the kernel has AppArmor on, and has loaded the profile that the container is to have.
        var appArmor = AppArmorState.off
        var hasSELinux = false
        /// The ids of the sandbox's user namespace.
        var users: IDRange?
        /// The process whose PID namespace it joins (`TARGET`).
        var targetPid: Int32?
        var hostname = ""
    }

    let inputs: Inputs
    let place: ContainerPlace
    let cgroup: String
    let node: EngineConfiguration.Node

    var config: CRI.ContainerConfig { inputs.container }
    var security: CRI.LinuxContainerSecurityContext {
        config.linux?.securityContext ?? CRI.LinuxContainerSecurityContext()
    }
    var isPrivileged: Bool { security.privileged }
    var sandboxOptions: CRI.NamespaceOption {
        inputs.sandbox.linux?.securityContext?.namespaceOptions ?? CRI.NamespaceOption()
    }
    /// What a container says about the PID namespace counts for it; all else is the sandbox's.
    var options: CRI.NamespaceOption { security.namespaceOptions ?? sandboxOptions }

    func build() throws(CRIFailure) -> RuntimeSpec {
        try refuseWhatCannotBe()
        let capabilities = try boundingCapabilities()
        var spec = RuntimeSpec()
        spec.process = try process(capabilities)
        spec.root = RuntimeSpec.Root(path: "rootfs", readonly: security.readonlyRootfs)
        spec.mounts = try mounts()
        spec.linux = try linux(capabilities)
        spec.annotations = annotations
        return spec
    }

    private func refuseWhatCannotBe() throws(CRIFailure) {
        if isPrivileged, !(inputs.sandbox.linux?.securityContext?.privileged ?? false) {
            throw .invalid("no privileged container allowed in sandbox")
        }
        if let device = config.cdiDevices.first {
            throw CRIFailure(.failedPrecondition, "CDI device \"\(device.name)\": there are no CDI devices on this machine")
        }
        guard let users = security.namespaceOptions?.usernsOptions, let sandbox = sandboxOptions.usernsOptions, users != sandbox
        else { return }
        throw .invalid("the user namespace of a container is that of its sandbox")
    }

    private func linux(_ capabilities: [String]) throws(CRIFailure) -> RuntimeSpec.Linux {
        var linux = RuntimeSpec.Linux()
        linux.namespaces = try namespaces()
        if let users = inputs.users {
            linux.setUserNamespace(place.sandbox.pinned(.user), users)
        }
        linux.cgroupsPath = cgroup
        linux.resources = try resources()
        linux.seccomp = try seccomp(capabilities)
        linux.devices = inputs.devices.nodes.isEmpty ? nil : inputs.devices.nodes
        if !isPrivileged {
            // Proto3 cannot tell an empty list from none. None is what a container without its own users must not get by accident.
            let isBare = inputs.users != nil
            linux.maskedPaths = security.maskedPaths.isEmpty && !isBare ? ContainerDefaults.maskedPaths : security.maskedPaths
            linux.readonlyPaths =
                security.readonlyPaths.isEmpty && !isBare ? ContainerDefaults.readonlyPaths : security.readonlyPaths
        }
        linux.mountLabel = label(type: "container_file_t", isObject: true)
        let propagations = config.mounts.map(\.propagation)
        if propagations.contains(.propagationBidirectional) {
            linux.rootfsPropagation = "rshared"
        } else if propagations.contains(.propagationHostToContainer) {
            linux.rootfsPropagation = "rslave"
        }
        return linux
    }

    private func namespaces() throws(CRIFailure) -> [RuntimeSpec.Linux.Namespace] {
        var list: [RuntimeSpec.Linux.Namespace] = [.init(.mount), .init(.cgroup)]
        switch options.pid {
        case .container: list.insert(.init(.pid), at: 0)
        case .node: break
        case .pod:
            // The sandbox has such a namespace where it says POD itself; else the container has its own.
            let shares = sandboxOptions.pid == .pod
            list.insert(shares ? .init(.pid, path: place.sandbox.pinned(.pid)) : .init(.pid), at: 0)
        case .target:
            guard let pid = inputs.targetPid else { throw .invalid("the target of the PID namespace does not run") }
            list.insert(.init(.pid, path: "/proc/\(pid)/ns/pid"), at: 0)
        }
        for namespace in sandboxOptions.ownNamespaces where namespace != .user {
            switch namespace {
            case .ipc: list.append(.init(.ipc, path: place.sandbox.pinned(.ipc)))
            case .network: list.append(.init(.network, path: place.sandbox.pinned(.network)))
            case .uts: list.append(.init(.uts, path: place.sandbox.pinned(.uts)))
            case .user, .pid: break
            }
        }
        return list
    }

    /// What tools that read CRI runtimes' bundles look for.
    private var annotations: [String: String] {
        let metadata = inputs.sandbox.metadata ?? CRI.PodSandboxMetadata()
        return config.annotations.merging(
            [
                "io.kubernetes.cri.container-type": "container",
                "io.kubernetes.cri.container-name": config.metadata?.name ?? "",
                "io.kubernetes.cri.sandbox-id": place.sandbox.id,
                "io.kubernetes.cri.sandbox-name": metadata.name,
                "io.kubernetes.cri.sandbox-namespace": metadata.namespace,
                "io.kubernetes.cri.sandbox-uid": metadata.uid,
                "io.kubernetes.cri.image-name": config.image?.userSpecifiedImage ?? inputs.image.reference,
            ]
        ) { $1 }
    }
}

extension CRI.NamespaceOption {
    /// The namespaces of a sandbox that are not the host's. With the host's network goes the host's name.
    var ownNamespaces: Set<PodNamespace> {
        var own: Set<PodNamespace> = []
        if network != .node { own.formUnion([.network, .uts]) }
        if ipc != .node { own.insert(.ipc) }
        if usernsOptions?.mode == .pod { own.insert(.user) }
        return own
    }

    /// The ids of its user namespace: one range, from 0 on, the same for users and groups, as the kubelet makes them.
    func userRange() throws(CRIFailure) -> IDRange? {
        guard let users = usernsOptions else { return nil }
        switch users.mode {
        case .node:
            guard users.uids.isEmpty, users.gids.isEmpty else { throw .invalid("id mappings without a user namespace") }
            return nil
        case .pod:
            guard let mapping = users.uids.first, users.uids.count == 1, users.gids == users.uids, mapping.containerId == 0,
                mapping.length > 0, UInt64(mapping.hostId) + UInt64(mapping.length) <= UInt64(UInt32.max)
            else {
                throw .invalid("a user namespace has one mapping, from 0 on, and the same for users and groups")
            }
            guard mapping.hostId > 0 else { throw .invalid("a user namespace maps the host's root") }
            return IDRange(first: mapping.hostId, count: mapping.length)
        case .container, .target: throw .invalid("the mode \(users.mode.name) is none of user namespaces")
        }
    }
}
