import CRISpec
import OCISpec
import PodEngine

extension ContainerBundle {
    /// The root first, then what every container has, then the sandbox's files under /etc, then the container's mounts (outer ones
    /// first).
    func mounts() throws(CRIFailure) -> [RuntimeSpec.Mount] {
        let own = try ownMounts()
        let taken = Set(own.map(\.destination))
        let standard = BundleMounts.standard(
            besides: taken,
            sharedMemory: sandboxOptions.ipc == .node ? "/dev/shm" : place.sandbox.sharedMemory,
            isPrivileged: isPrivileged
        )
        // A mount of the container's may take the place of any of these: the kubelet brings its own /etc/hosts.
        let names = BundleMounts.names(in: place.sandbox.etc, besides: taken, isReadOnly: security.readonlyRootfs)
        return [root] + standard + names + own
    }

    private var root: RuntimeSpec.Mount {
        BundleMounts.root(
            of: inputs.image,
            bundle: place.bundle,
            upper: place.upper,
            work: place.work,
            isMapped: inputs.users != nil
        )
    }

    private func ownMounts() throws(CRIFailure) -> [RuntimeSpec.Mount] {
        guard inputs.mountSources.count == config.mounts.count else {
            throw CRIFailure(.internal, "the mounts of the container have not been looked up")
        }
        var mounts: [RuntimeSpec.Mount] = []
        for (index, (mount, source)) in zip(config.mounts, inputs.mountSources).enumerated() {
            var options = ["rbind", try propagation(of: mount, "mounts[\(index)]")]
            let isReadOnly = mount.readonly || mount.image != nil
            options.append(isReadOnly ? "ro" : "rw")
            if mount.recursiveReadOnly { options.append("rro") }
            // An overlay of an image is made of mapped layers already.
            if inputs.users != nil, mount.image == nil, !mount.uidMappings.isEmpty { options.append("idmap") }
            options += try Self.checked(mount.mountOptions, "mounts[\(index)]")
            mounts.append(
                RuntimeSpec.Mount(
                    destination: BundleMounts.normalized(mount.containerPath),
                    type: "bind",
                    source: source,
                    options: options
                )
            )
        }
        return BundleMounts.outerFirst(mounts)
    }

    private func propagation(of mount: CRI.Mount, _ place: String) throws(CRIFailure) -> String {
        if mount.recursiveReadOnly {
            guard mount.readonly, mount.propagation == .propagationPrivate else {
                throw .invalid("\(place): recursiveReadOnly needs readonly and PROPAGATION_PRIVATE")
            }
        }
        switch mount.propagation {
        case .propagationPrivate: return "rprivate"
        case .propagationHostToContainer: return "rslave"
        case .propagationBidirectional:
            guard inputs.users == nil else {
                throw .invalid("\(place): PROPAGATION_BIDIRECTIONAL cannot be with a user namespace")
            }
            return "rshared"
        }
    }

    /// What may only take away: `noexec`, `nosuid`, `nodev` and their like.
    private static func checked(_ options: [String], _ place: String) throws(CRIFailure) -> [String] {
        let known: Set<String> = [
            "noexec", "nosuid", "nodev", "noatime", "nodiratime", "relatime", "strictatime", "exec", "suid", "dev", "sync",
            "nosymfollow",
        ]
        for option in options where !known.contains(option) { throw .invalid("\(place): the mount option \"\(option)\" is not known") }
        return options
    }
}
