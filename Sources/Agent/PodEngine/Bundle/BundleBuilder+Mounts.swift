import OCISpec
import PodSpec

extension BundleBuilder {
    /// The root first, then what every container has, then the pod's files under /etc, then volumes (outer ones first).
    func mounts() throws(StepFailure) -> [RuntimeSpec.Mount] {
        let volumes = try volumeMounts()
        let taken = Set(container.volumeMounts.map { BundleMounts.normalized($0.mountPath) })
        let standard = BundleMounts.standard(
            besides: taken,
            sharedMemory: pod.spec.ownNamespaces.contains(.ipc) ? paths.sharedMemory : "/dev/shm",
            isPrivileged: isPrivileged
        )
        // A volume may take the place of any of these, as in Kubernetes.
        let names = BundleMounts.names(
            in: paths.etc,
            besides: taken,
            isReadOnly: security.readOnlyRootFilesystem ?? false
        )
        return [root] + standard + names + volumes + (taken.contains(terminationMessagePath) ? [] : [terminationLog])
    }

    private var terminationMessagePath: String { BundleMounts.normalized(container.terminationMessagePath) }

    /// Where the container says why it ends; writable also where its root is not.
    private var terminationLog: RuntimeSpec.Mount {
        RuntimeSpec.Mount(
            destination: terminationMessagePath,
            type: "bind",
            source: containerPaths.terminationLog,
            options: ["rbind", "rprivate", "rw"]
        )
    }

    private var root: RuntimeSpec.Mount {
        BundleMounts.root(
            of: inputs.image,
            bundle: containerPaths.bundle,
            upper: containerPaths.upper,
            work: containerPaths.work,
            isMapped: inputs.users != nil
        )
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
            if isMapped(mount) { options.append("idmap") }
            mounts.append(
                RuntimeSpec.Mount(
                    destination: BundleMounts.normalized(mount.mountPath),
                    type: "bind",
                    source: source,
                    options: options
                )
            )
        }
        return BundleMounts.outerFirst(mounts)
    }

    /// By the mount, or by the volume, whatever the mount says.
    private func isReadOnly(_ mount: VolumeMount) -> Bool {
        if mount.readOnly ?? false || isImage(mount.name) { return true }
        return pod.spec.volumes.first { $0.name == mount.name }?.isReadOnly ?? false
    }

    private func isMapped(_ mount: VolumeMount) -> Bool {
        inputs.users != nil && pod.spec.volumes.first { $0.name == mount.name }?.keepsHostIDs ?? false
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
}
