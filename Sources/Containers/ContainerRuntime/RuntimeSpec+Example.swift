import Glibc
import OCISpec

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

    /// The same for a user who is not root: a user namespace in which he is, and nothing that he has no right to.
    public static var rootlessExample: RuntimeSpec {
        var spec = example
        spec.mounts = ContainerDefaults.mounts.compactMap { mount in
            var mount = mount
            switch mount.destination {
            // A new sysfs needs a network namespace of one's own.
            case "/sys":
                mount.type = "none"
                mount.source = "/sys"
                mount.options = ["rbind", "nosuid", "noexec", "nodev", "ro"]
            case "/sys/fs/cgroup": return nil
            // The group of terminals has no number in there.
            case "/dev/pts": mount.options?.removeAll { $0.hasPrefix("gid=") }
            default: break
            }
            return mount
        }
        spec.linux?.resources = nil
        spec.linux?.namespaces?.removeAll { $0.type == .network }
        spec.linux?.namespaces?.append(.init(.user))
        spec.linux?.uidMappings = [.init(containerID: 0, hostID: geteuid(), size: 1)]
        spec.linux?.gidMappings = [.init(containerID: 0, hostID: getegid(), size: 1)]
        return spec
    }
}
