import Linux
import OCISpec
import Seccomp

extension ContainerEngine {
    /// What this runtime can do.
    public static var features: RuntimeFeatures {
        var features = RuntimeFeatures(ociVersionMin: "1.0.0", ociVersionMax: RuntimeSpec.version)
        features.hooks = [
            "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop",
        ]
        features.mountOptions = MountOptions.known.sorted()
        features.annotations = ["io.github.seccomp.libseccomp.version": SeccompCompiler.libraryVersion]
        var linux = RuntimeFeatures.Linux()
        linux.namespaces = RuntimeSpec.Linux.Namespace.Kind.allCases.map(\.rawValue).sorted()
        linux.capabilities = Capabilities.allNames
        var cgroup = RuntimeFeatures.Cgroup()
        cgroup.v1 = true
        cgroup.v2 = true
        cgroup.systemd = true
        cgroup.systemdUser = false
        cgroup.rdma = true
        linux.cgroup = cgroup
        var seccomp = RuntimeFeatures.Seccomp()
        seccomp.enabled = true
        seccomp.actions = RuntimeSpec.Linux.Seccomp.Action.allCases.filter { $0 != .notify }.map(\.rawValue)
        seccomp.operators = RuntimeSpec.Linux.Seccomp.Operator.allCases.map(\.rawValue)
        seccomp.archs = SeccompCompiler.knownArchitectures.map(\.rawValue)
        seccomp.knownFlags = RuntimeSpec.Linux.Seccomp.Flag.allCases.map(\.rawValue)
        seccomp.supportedFlags = seccomp.knownFlags
        linux.seccomp = seccomp
        linux.apparmor = .init(enabled: true)
        linux.selinux = .init(enabled: true)
        linux.intelRdt = .init(enabled: false)
        linux.mountExtensions = .init(idmap: .init(enabled: false))
        linux.netDevices = .init(enabled: false)
        features.linux = linux
        return features
    }
}

extension RuntimeSpec {
    /// A container to begin with: a shell with the default rights in namespaces of its own.
    public static var example: RuntimeSpec {
        var spec = RuntimeSpec()
        var process = Process(args: ["sh"])
        process.terminal = true
        process.user = .init()
        process.env = [ContainerDefaults.path, "TERM=xterm"]
        process.capabilities = .init(bounding: ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"])
        process.rlimits = [.init(type: "RLIMIT_NOFILE", soft: 1024, hard: 1024)]
        process.noNewPrivileges = true
        spec.process = process
        spec.root = Root(path: "rootfs", readonly: true)
        spec.hostname = "swiftlet"
        spec.mounts = ContainerDefaults.mounts
        var linux = Linux()
        linux.namespaces = [.init(.pid), .init(.network), .init(.ipc), .init(.uts), .init(.mount), .init(.cgroup)]
        var resources = Linux.Resources()
        resources.devices = ContainerDefaults.deviceRules
        linux.resources = resources
        linux.maskedPaths = ContainerDefaults.maskedPaths
        linux.readonlyPaths = ContainerDefaults.readonlyPaths
        spec.linux = linux
        return spec
    }
}
