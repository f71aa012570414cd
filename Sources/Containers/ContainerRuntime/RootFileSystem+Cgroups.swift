import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

extension RootFileSystem {
    /// Shows the container its control groups: version 2 as one mount, version 1 and hybrid as a tmpfs with a folder for
    /// each hierarchy, as on the host.
    ///
    /// Bind mounts of its group's folders, so that it never sees the groups of others. In a cgroup namespace of its own they are what a
    /// mount of the hierarchy would be there (cgroup_namespaces(7)): the group's folder of the one superblock, told as `/`. Only that a
    /// mount of a version 1 hierarchy goes through all groups of the machine first.
    func mountCgroups(
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        at destination: String,
        in root: borrowing ContainerRoot
    ) throws(RuntimeError) {
        guard let cgroup = plan.cgroup else { return }
        let attributes = options.set
        if cgroup.directories.count == 1, let only = cgroup.directories.first, only.isUnified {
            try step("mount the cgroup on \(destination)") { () throws(SystemError) in
                let target = try root.open(destination, makingDirectory: true)
                try show(only, attributes, on: target, destination)
            }
            return
        }
        try step("mount the cgroups on \(destination)") { () throws(SystemError) in
            let target = try root.open(destination, makingDirectory: true)
            let folder = try DetachedMount.make(
                type: "tmpfs",
                source: "tmpfs",
                options: ["mode=755"],
                attributes: attributes.subtracting(.readOnly)
            )
            try folder.attach(on: target, subject: destination)
            let number = folder.descriptor.rawValue
            for directory in cgroup.directories {
                let name = FileSystem.split(directory.mountPoint).name
                try retrying("mkdir", name) { mkdirat(number, name, 0o755) }
                let inner = try Descriptor.open(at: number, name, CLINUX_O_PATH | O_NOFOLLOW)
                try show(directory, attributes, on: inner, "\(destination)/\(name)")
                // Controllers that share a hierarchy are found under each of their names.
                for alias in directory.controllers where alias != name && directory.controllers.count > 1 {
                    try retrying("symlink", alias) { symlinkat(name, number, alias) }
                }
            }
            if attributes.contains(.readOnly) { try Mount.setAttributes(of: folder.descriptor, set: .readOnly) }
        }
    }

    private func show(
        _ directory: Cgroup.Directory,
        _ attributes: MountAttributes,
        on target: borrowing Descriptor,
        _ subject: String
    ) throws(SystemError) {
        let tree = try DetachedMount.bind(directory.path, recursive: false)
        try Mount.setAttributes(of: tree.descriptor, set: attributes, propagation: .private)
        try tree.attach(on: target, subject: subject)
    }
}
