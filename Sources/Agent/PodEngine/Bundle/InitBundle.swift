import OCISpec
import PodSpec

/// The OCI configuration of the process that holds a pod's PID namespace: one program and nothing else, that may do nothing.
struct InitBundle {
    let paths: PodPaths
    let cgroup: String
    let program: String
    let argument: String
    let node: EngineConfiguration.Node

    /// Nobody's number, as Kubernetes's own pause image has it.
    private static let user: UInt32 = 65535

    func build(_ pod: Pod) -> RuntimeSpec {
        var spec = RuntimeSpec()
        var process = RuntimeSpec.Process(args: ["/init", argument], cwd: "/")
        process.env = ["PATH=/", "HOME=/"]
        process.user = RuntimeSpec.Process.User(uid: Self.user, gid: Self.user, additionalGids: [])
        process.capabilities = RuntimeSpec.Process.Capabilities(bounding: [])
        process.noNewPrivileges = true
        spec.process = process
        spec.root = RuntimeSpec.Root(path: "rootfs", readonly: true)
        spec.mounts =
            ContainerDefaults.mounts.filter { ["/proc", "/dev"].contains($0.destination) } + [
                RuntimeSpec.Mount(destination: "/init", type: "bind", source: program, options: ["bind", "rprivate", "ro"])
            ]
        var linux = RuntimeSpec.Linux()
        linux.namespaces = [.init(.pid), .init(.mount), .init(.cgroup)]
        let own = pod.spec.ownNamespaces
        if own.contains(.ipc) { linux.namespaces?.append(.init(.ipc, path: paths.pinned(.ipc))) }
        if own.contains(.network) { linux.namespaces?.append(.init(.network, path: paths.pinned(.network))) }
        if own.contains(.uts) { linux.namespaces?.append(.init(.uts, path: paths.pinned(.uts))) }
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
