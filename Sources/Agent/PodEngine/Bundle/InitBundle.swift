import OCISpec

/// The OCI configuration of the process that holds a pod's PID namespace: one program and nothing else, that may do nothing.
package struct InitBundle {
    /// Where a namespace is pinned.
    let pinned: (PodNamespace) -> String
    /// The namespaces of the pod that are not the host's.
    let own: Set<PodNamespace>
    /// The ids of the pod's user namespace.
    let users: IDRange?
    let cgroup: String
    let node: EngineConfiguration.Node

    package init(
        own: Set<PodNamespace>,
        users: IDRange?,
        cgroup: String,
        node: EngineConfiguration.Node,
        pinned: @escaping (PodNamespace) -> String
    ) {
        self.own = own
        self.users = users
        self.cgroup = cgroup
        self.node = node
        self.pinned = pinned
    }

    /// Nobody's number, as Kubernetes's own pause image has it.
    private static let user: UInt32 = 65535

    package func build(_ init: (program: String, argument: String)) -> RuntimeSpec {
        var spec = RuntimeSpec()
        var process = RuntimeSpec.Process(args: ["/init", `init`.argument], cwd: "/")
        process.env = ["PATH=/", "HOME=/"]
        process.user = RuntimeSpec.Process.User(uid: Self.user, gid: Self.user, additionalGids: [])
        process.capabilities = RuntimeSpec.Process.Capabilities(bounding: [])
        process.noNewPrivileges = true
        spec.process = process
        spec.root = RuntimeSpec.Root(path: "rootfs", readonly: true)
        spec.mounts =
            ContainerDefaults.mounts.filter { ["/proc", "/dev"].contains($0.destination) } + [
                RuntimeSpec.Mount(destination: "/init", type: "bind", source: `init`.program, options: ["bind", "rprivate", "ro"])
            ]
        var linux = RuntimeSpec.Linux()
        linux.namespaces = [.init(.pid), .init(.mount), .init(.cgroup)]
        if own.contains(.ipc) { linux.namespaces?.append(.init(.ipc, path: pinned(.ipc))) }
        if own.contains(.network) { linux.namespaces?.append(.init(.network, path: pinned(.network))) }
        if own.contains(.uts) { linux.namespaces?.append(.init(.uts, path: pinned(.uts))) }
        if let users { linux.setUserNamespace(pinned(.user), users) }
        linux.cgroupsPath = cgroup
        linux.maskedPaths = ContainerDefaults.maskedPaths
        linux.readonlyPaths = ContainerDefaults.readonlyPaths
        linux.seccomp = ContainerDefaults.seccomp(
            capabilities: [],
            kernel: (major: node.kernelMajor, minor: node.kernelMinor)
        )
        spec.linux = linux
        return spec
    }
}
