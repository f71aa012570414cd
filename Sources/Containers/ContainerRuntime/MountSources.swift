import CLinux
import Glibc
import Linux
import OCISpec

/// Mounts that are taken from the host before the process loses sight of it, or the right to take them: detached, by number
/// of a descriptor. They are the container process's, and go when its program begins.
struct MountSources: Sendable {
    /// The root; nil where the container's process mounts it itself.
    var root: Int32?
    /// Bind mounts, by index in the plan.
    var mounts: [Int: Int32] = [:]
    /// Symlinks that are made again instead of mounted: where they lead, by index in the plan.
    var links: [Int: String] = [:]
    /// Device nodes, by path.
    var devices: [String: Int32] = [:]
}

extension MountSources {
    /// What a process has to take while its mount namespace is still one with the host's: mounts that propagate back are peers
    /// of the host's own, and a copy of what has become a slave no longer is.
    static func shared(_ plan: LaunchPlan, _ maps: IDMaps) throws(RuntimeError) -> MountSources {
        var sources = MountSources()
        for (index, mount) in plan.mounts.enumerated() {
            let options = try MountOptions(mount)
            if let link = try link(mount, options, of: plan) {
                sources.links[index] = link
                continue
            }
            guard options.isBind, options.propagation.contains(where: { $0.flag == .shared }) else { continue }
            sources.mounts[index] = try take(mount, options, of: plan, by: maps.map(ofMount: index))
        }
        return sources
    }

    /// What a process has to take before it enters a user namespace: all that is the host's. Whatever is mounted in the
    /// container stays there, also below a mount that asks to propagate: it has no rights over the host's mounts.
    static func all(_ plan: LaunchPlan, _ maps: IDMaps) throws(RuntimeError) -> MountSources {
        var sources = MountSources()
        for (index, mount) in plan.mounts.enumerated() {
            let options = try MountOptions(mount)
            if let link = try link(mount, options, of: plan) {
                sources.links[index] = link
                continue
            }
            if mount.type == "sysfs", !options.isBind, !plan.namespaces.kinds.contains(.network) {
                sources.mounts[index] = try takeSystem(options, mount.destination)
                continue
            }
            guard options.isBind else { continue }
            let number = try take(mount, options, of: plan, by: maps.map(ofMount: index))
            sources.mounts[index] = number
            try step("separate mount \(mount.destination)") { () throws(SystemError) in
                try Mount.setAttributes(ofNumber: number, propagation: .slave, recursive: true)
            }
        }
        return sources
    }

    /// A new sysfs shows the devices of a network, and is for that network's owner alone: with the host's network it is the
    /// host's, all of whose mounts are as the configuration wants the one.
    private static func takeSystem(_ options: MountOptions, _ destination: String) throws(RuntimeError) -> Int32 {
        try step("mount the host's /sys on \(destination)") { () throws(SystemError) in
            let tree = try DetachedMount.bind("/sys", recursive: true)
            try Mount.setAttributes(
                of: tree.descriptor,
                set: options.set.union(options.recursiveSet),
                propagation: .slave,
                recursive: true
            )
            return tree.release()
        }
    }

    /// Takes the device nodes as well.
    mutating func takeDevices(of plan: LaunchPlan, cover: String) throws(RuntimeError) {
        let nodes = DeviceNodes(plan, cover: cover)
        for (index, device) in RootFileSystem.devices(of: plan).enumerated() where device.type != .fifo {
            devices[device.path] = try step("take device \(device.path)") { () throws(SystemError) in
                try nodes.take(device, index: index)
            }
        }
    }

    /// Where a source that is a symlink leads, if it is to be copied.
    private static func link(
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        of plan: LaunchPlan
    ) throws(RuntimeError) -> String? {
        guard options.copiesSymlink else { return nil }
        let source = try plan.source(of: mount)
        return try step("look at \(source)") { () throws(SystemError) in
            guard try FileSystem.linkStatus(source).kind == .symbolicLink else { return nil }
            return try FileSystem.readLink(source)
        }
    }

    /// A second mount of a bind mount's source, with its attributes.
    static func take(
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        of plan: LaunchPlan,
        by userNamespace: Int32
    ) throws(RuntimeError) -> Int32 {
        let source = try plan.source(of: mount)
        let number = try step("mount \(source) on \(mount.destination)") { () throws(SystemError) in
            let tree =
                options.followsSource
                ? try DetachedMount.bind(source, recursive: options.isRecursiveBind)
                : try DetachedMount.bind(
                    try Descriptor.open(source, CLINUX_O_PATH | O_NOFOLLOW),
                    recursive: options.isRecursiveBind
                )
            if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
                try Mount.setAttributes(
                    of: tree.descriptor,
                    set: options.recursiveSet,
                    clear: options.recursiveClear,
                    recursive: true
                )
            }
            if !options.set.isEmpty || !options.clear.isEmpty {
                try Mount.setAttributes(of: tree.descriptor, set: options.set, clear: options.clear)
            }
            return tree.release()
        }
        guard let idMap = options.idMap else { return number }
        do throws(SystemError) {
            try Mount.mapIDs(ofNumber: number, by: userNamespace, recursive: idMap == .recursive)
        } catch {
            throw Self.unmapped("mount \(source) on \(mount.destination)", error)
        }
        return number
    }

    /// What the kernel says by EINVAL alone.
    static func unmapped(_ name: String, _ error: SystemError) -> RuntimeError {
        guard error.errno == EINVAL else { return RuntimeError(.failed, "\(name): \(error)") }
        return RuntimeError(.unsupported, "\(name): its file system takes no idmapped mounts, or has one there already")
    }
}

extension LaunchPlan {
    /// Where a bind mount's files are; relative sources are the bundle's (runtime-spec, "mounts").
    func source(of mount: RuntimeSpec.Mount) throws(RuntimeError) -> String {
        guard let given = mount.source, !given.isEmpty else {
            throw RuntimeError(.invalidConfiguration, "mount \(mount.destination) has no source")
        }
        return given.hasPrefix("/") ? given : "\(bundle)/\(given)"
    }
}
