import OCISpec

/// Mounts that every container has, whoever asks for it.
package enum BundleMounts {
    /// The image's layers under an upper directory of this container; mounted inside its mount namespace only.
    ///
    /// - Parameter isMapped: the image's root is the pod's, without a copy of the layers for every pod.
    package static func root(
        of image: PodImage,
        bundle: String,
        upper: String,
        work: String,
        isMapped: Bool
    ) -> RuntimeSpec.Mount {
        // overlayfs takes the top layer first. An image of no layers still needs one.
        let layers = image.layerDirectories.reversed()
        let lower = layers.isEmpty ? "\(bundle)/rootfs" : layers.joined(separator: ":")
        return RuntimeSpec.Mount(
            destination: "/",
            type: "overlay",
            source: "overlay",
            options: ["lowerdir=\(lower)", "upperdir=\(upper)", "workdir=\(work)"] + (isMapped ? ["idmap"] : [])
        )
    }

    /// The kernel's file systems and /dev, but what a mount of the container's own takes the place of.
    ///
    /// - Parameter sharedMemory: the pod's; containers that share an IPC namespace expect to share shm_open(3) too.
    package static func standard(
        besides taken: Set<String>,
        sharedMemory: String,
        isPrivileged: Bool
    ) -> [RuntimeSpec.Mount] {
        ContainerDefaults.mounts.filter { !taken.contains($0.destination) }.map { mount in
            var mount = mount
            switch mount.destination {
            case "/dev/shm":
                mount.type = "bind"
                mount.source = sharedMemory
                mount.options = ["rbind", "rprivate", "nosuid", "noexec", "nodev", "rw"]
            case "/sys", "/sys/fs/cgroup":
                if isPrivileged { mount.options = mount.options?.map { $0 == "ro" ? "rw" : $0 } }
            default: break
            }
            return mount
        }
    }

    /// The pod's hosts, hostname and resolv.conf from `folder`, but what a mount of the container's own takes the place of.
    package static func names(
        in folder: String,
        besides taken: Set<String>,
        isReadOnly: Bool
    ) -> [RuntimeSpec.Mount] {
        ["hosts", "hostname", "resolv.conf"].filter { !taken.contains("/etc/\($0)") }.map { name in
            RuntimeSpec.Mount(
                destination: "/etc/\(name)",
                type: "bind",
                source: "\(folder)/\(name)",
                options: ["rbind", "rprivate", isReadOnly ? "ro" : "rw"]
            )
        }
    }

    /// A mount inside of another must come after it. Equal depths keep their order.
    package static func outerFirst(_ mounts: [RuntimeSpec.Mount]) -> [RuntimeSpec.Mount] {
        func depth(_ mount: RuntimeSpec.Mount) -> Int { mount.destination.split(separator: "/").count }
        return mounts.enumerated().sorted {
            (depth($0.element), $0.offset) < (depth($1.element), $1.offset)
        }.map(\.element)
    }

    /// An absolute path without doubled and trailing slashes; `.` goes, `..` cannot be there (validated).
    package static func normalized(_ path: String) -> String {
        "/" + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }
}
