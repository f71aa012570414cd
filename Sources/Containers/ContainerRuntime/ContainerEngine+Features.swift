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
        features.annotations = [
            "org.opencontainers.runc.checkpoint.enabled": Criu.isInstalled ? "true" : "false",
            "io.github.seccomp.libseccomp.version": SeccompCompiler.libraryVersion,
        ]
        features.potentiallyUnsafeConfigAnnotations = [CrunAnnotations.prefix]
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
        seccomp.actions = RuntimeSpec.Linux.Seccomp.Action.allCases.map(\.rawValue)
        seccomp.operators = RuntimeSpec.Linux.Seccomp.Operator.allCases.map(\.rawValue)
        seccomp.archs = SeccompCompiler.knownArchitectures.map(\.rawValue)
        seccomp.knownFlags = RuntimeSpec.Linux.Seccomp.Flag.allCases.map(\.rawValue)
        seccomp.supportedFlags = seccomp.knownFlags
        linux.seccomp = seccomp
        linux.apparmor = .init(enabled: true)
        linux.selinux = .init(enabled: true)
        linux.intelRdt = .init(enabled: true)
        linux.mountExtensions = .init(idmap: .init(enabled: true))
        linux.netDevices = .init(enabled: true)
        linux.memoryPolicy = .init(modes: MemoryPolicyPlan.modeNames, flags: MemoryPolicyPlan.flagNames)
        features.linux = linux
        return features
    }
}
