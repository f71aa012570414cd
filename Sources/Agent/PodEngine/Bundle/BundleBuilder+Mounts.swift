import OCISpec
import PodSpec

extension BundleBuilder {
    /// The root first, then what every container has, then the pod's files under /etc, then volumes (outer ones first).
    func mounts() throws(StepFailure) -> [RuntimeSpec.Mount] {
        let volumes = try volumeMounts()
        let taken = Set(container.volumeMounts.map { Self.normalized($0.mountPath) })
        var mounts = [root()]
        for mount in ContainerDefaults.mounts where !taken.contains(mount.destination) {
            mounts.append(adapted(mount))
        }
        // A volume may take the place of any of these, as in Kubernetes.
        for name in ["hosts", "hostname", "resolv.conf"] where !taken.contains("/etc/\(name)") {
            mounts.append(
                RuntimeSpec.Mount(
                    destination: "/etc/\(name)",
                    type: "bind",
                    source: "\(paths.etc)/\(name)",
                    options: ["rbind", "rprivate", security.readOnlyRootFilesystem ?? false ? "ro" : "rw"]
                )
            )
        }
        return mounts + volumes + (taken.contains(terminationMessagePath) ? [] : [terminationLog])
    }

    private var terminationMessagePath: String { Self.normalized(container.terminationMessagePath) }

    /// Where the container says why it ends; writable also where its root is not.
    private var terminationLog: RuntimeSpec.Mount {
        RuntimeSpec.Mount(
            destination: terminationMessagePath,
            type: "bind",
            source: containerPaths.terminationLog,
            options: ["rbind", "rprivate", "rw"]
        )
    }

    /// The image's layers under an upper directory of this attempt; mounted inside the container's mount namespace only.
    private func root() -> RuntimeSpec.Mount {
        // overlayfs takes the top layer first. An image of no layers still needs one.
        let layers = inputs.image.layerDirectories.reversed()
        let lower = layers.isEmpty ? "\(containerPaths.bundle)/rootfs" : layers.joined(separator: ":")
        return RuntimeSpec.Mount(
            destination: "/",
            type: "overlay",
            source: "overlay",
            options: ["lowerdir=\(lower)", "upperdir=\(containerPaths.upper)", "workdir=\(containerPaths.work)"]
        )
    }

    private func adapted(_ mount: RuntimeSpec.Mount) -> RuntimeSpec.Mount {
        var mount = mount
        switch mount.destination {
        case "/dev/shm":
            // The pod's: containers that share an IPC namespace expect to share shm_open(3) too.
            mount.type = "bind"
            mount.source = pod.spec.ownNamespaces.contains(.ipc) ? paths.sharedMemory : "/dev/shm"
            mount.options = ["rbind", "rprivate", "nosuid", "noexec", "nodev", "rw"]
        case "/sys", "/sys/fs/cgroup":
            if isPrivileged { mount.options = mount.options?.map { $0 == "ro" ? "rw" : $0 } }
        default:
            break
        }
        return mount
    }

    private func volumeMounts() throws(StepFailure) -> [RuntimeSpec.Mount] {
        guard inputs.mountSources.count == container.volumeMounts.count else {
            throw StepFailure(.createContainerConfigError, "the volumes of container \(container.name) are not mounted")
        }
        var mounts: [RuntimeSpec.Mount] = []
        for (mount, source) in zip(container.volumeMounts, inputs.mountSources) {
            let propagation: String
            switch mount.mountPropagation ?? .none {
            case .none: propagation = "rprivate"
            case .hostToContainer: propagation = "rslave"
            case .bidirectional: propagation = "rshared"
            }
            var options = ["rbind", propagation, isReadOnly(mount) ? "ro" : "rw"]
            if isRecursivelyReadOnly(mount) { options.append("rro") }
            mounts.append(
                RuntimeSpec.Mount(
                    destination: Self.normalized(mount.mountPath),
                    type: "bind",
                    source: source,
                    options: options
                )
            )
        }
        // A mount inside of another must come after it. Equal depths keep the manifest's order.
        return mounts.enumerated().sorted {
            let (a, b) = ($0.element.depth, $1.element.depth)
            return (a, $0.offset) < (b, $1.offset)
        }.map(\.element)
    }

    /// By the mount, or by the volume, whatever the mount says.
    private func isReadOnly(_ mount: VolumeMount) -> Bool {
        if mount.readOnly ?? false || isImage(mount.name) { return true }
        return pod.spec.volumes.first { $0.name == mount.name }?.isReadOnly ?? false
    }

    private func isImage(_ volume: String) -> Bool {
        pod.spec.volumes.contains { candidate in
            guard candidate.name == volume, case .image = candidate.source else { return false }
            return true
        }
    }

    /// mount_setattr(2), by which the runtime does it, came with Linux 5.12. `Enabled` is asked for in any case, and fails
    /// where the kernel cannot.
    private func isRecursivelyReadOnly(_ mount: VolumeMount) -> Bool {
        switch mount.recursiveReadOnly ?? .disabled {
        case .disabled: false
        case .enabled: true
        case .ifPossible: (node.kernelMajor, node.kernelMinor) >= (5, 12)
        }
    }

    /// An absolute path without doubled and trailing slashes; `.` goes, `..` cannot be there (validated).
    static func normalized(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}

extension RuntimeSpec.Mount {
    fileprivate var depth: Int { destination.split(separator: "/").count }
}
