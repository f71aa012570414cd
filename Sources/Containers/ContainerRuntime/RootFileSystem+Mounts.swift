import CLinux
import Glibc
import Linux
import OCISpec

extension RootFileSystem {
    /// Makes the mounts of the configuration in order. Those that become read-only only when everything inside them is
    /// made are given back.
    func mountAll(in root: borrowing ContainerRoot) throws(RuntimeError) {
        var sealed: [Int32] = []
        defer { sealed.forEach { close($0) } }
        for mount in plan.mounts { try self.mount(mount, in: root, sealed: &sealed) }
        try makeDevices(in: root)
        for number in sealed {
            try step("make a mount read-only") { () throws(SystemError) in
                try Mount.setAttributes(ofNumber: number, set: .readOnly)
            }
        }
    }

    private func mount(
        _ mount: RuntimeSpec.Mount,
        in root: borrowing ContainerRoot,
        sealed: inout [Int32]
    ) throws(RuntimeError) {
        let options = try MountOptions(mount)
        let destination = ContainerRoot.clean(mount.destination)
        try checkProc(destination, mount)
        switch mount.type {
        case "cgroup" where !options.isBind, "cgroup2" where !options.isBind:
            try mountCgroups(mount, options, at: destination, in: root)
        case _ where options.isBind:
            try bind(mount, options, at: destination, in: root)
        case nil, "":
            throw RuntimeError(.invalidConfiguration, "mount \(mount.destination) has no type")
        case .some(let type):
            try makeFileSystem(type, mount, options, at: destination, in: root, sealed: &sealed)
        }
    }

    private func makeFileSystem(
        _ type: String,
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        at destination: String,
        in root: borrowing ContainerRoot,
        sealed: inout [Int32]
    ) throws(RuntimeError) {
        // A tmpfs is sealed when the mount points, devices and copies in it are made.
        let isLate = type == "tmpfs" && options.set.contains(.readOnly)
        let mode = options.data.first { $0.hasPrefix("mode=") }.flatMap { mode_t($0.dropFirst(5), radix: 8) }
        try step("mount \(mount.source ?? type) on \(destination)") { () throws(SystemError) in
            try refuseLink(destination, in: root)
            let target = try root.open(destination, makingDirectory: true, mode: mode ?? 0o755)
            try refuseProc(target, destination)
            let made = try DetachedMount.make(
                type: type,
                source: mount.source ?? type,
                options: options.data + (type == "tmpfs" ? mountLabel.map { ["context=\($0)"] } ?? [] : []),
                attributes: isLate ? options.set.subtracting(.readOnly) : options.set
            )
            if options.copiesUp { try TreeCopy.copy(from: target, to: made.descriptor) }
            try made.attach(on: target, subject: destination)
            try setPropagation(options, of: made.descriptor)
            if isLate { sealed.append(try made.descriptor.duplicate().release()) }
        }
    }

    private func bind(
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        at destination: String,
        in root: borrowing ContainerRoot
    ) throws(RuntimeError) {
        guard let given = mount.source, !given.isEmpty else {
            throw RuntimeError(.invalidConfiguration, "mount \(mount.destination) has no source")
        }
        // Relative sources are the bundle's (runtime-spec, "mounts").
        let source = given.hasPrefix("/") ? given : "\(plan.bundle)/\(given)"
        try step("mount \(source) on \(destination)") { () throws(SystemError) in
            let tree = try DetachedMount.bind(source, recursive: options.isRecursiveBind)
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
            let isDirectory = try tree.descriptor.status().kind == .directory
            let target = try root.open(destination, makingDirectory: isDirectory)
            try refuseProc(target, destination)
            try tree.attach(on: target, subject: destination)
            try setPropagation(options, of: tree.descriptor)
        }
        // Options for the file system have no meaning for a second mount of it, and callers give them all the same.
        for option in options.data where option != "z" && option != "Z" && option != "U" {
            warn("mount \(destination): option \(option) is ignored for a bind mount")
        }
    }

    private func setPropagation(_ options: MountOptions, of mount: borrowing Descriptor) throws(SystemError) {
        for (flag, recursive) in options.propagation {
            try Mount.setAttributes(of: mount, propagation: flag, recursive: recursive)
        }
    }

    /// Files of /proc that programs are used to find replaced (lxcfs), and nothing else of /proc, may be mounted over: a
    /// fake /proc/self/attr or /proc/sys would mislead this runtime.
    private static let replaceable: [String] = [
        "cpuinfo", "diskstats", "meminfo", "stat", "swaps", "uptime", "loadavg", "slabinfo", "sys/kernel/ns_last_pid",
        "sys/crypto/fips_enabled",
    ]

    private func checkProc(_ destination: String, _ mount: RuntimeSpec.Mount) throws(RuntimeError) {
        if destination == "/" {
            throw RuntimeError(.invalidConfiguration, "mount on / must be an overlay and the first of all mounts")
        }
        guard destination.hasPrefix("/proc/") else { return }
        let inside = destination.dropFirst("/proc/".count)
        if mount.type == "proc" || Self.replaceable.contains(where: { inside == $0 }) { return }
        throw RuntimeError(.invalidConfiguration, "mount on \(destination): it is inside of /proc")
    }

    /// What is made in these folders later is for the file system that was mounted there. A symlink of the image could lead
    /// into a volume that is mounted after them: devices would then be made in a folder of the host.
    private func refuseLink(_ destination: String, in root: borrowing ContainerRoot) throws(SystemError) {
        guard ["/dev", "/proc", "/sys"].contains(destination) else { return }
        let name = ContainerRoot.name(of: destination)
        do throws(SystemError) {
            let found = try Descriptor.open(at: root.descriptor.rawValue, name, CLINUX_O_PATH | O_NOFOLLOW)
            if try found.status().kind == .directory { return }
        } catch where error.errno == ENOENT { return }
        throw SystemError(call: "mount", errno: ENOTDIR, subject: "\(destination) of the image")
    }

    /// The same by what was found and not by its name: a symlink of the image may lead into /proc.
    private func refuseProc(_ target: borrowing Descriptor, _ destination: String) throws(SystemError) {
        guard !destination.hasPrefix("/proc/"), destination != "/proc" else { return }
        if clinux_filesystem_type(target.rawValue) == Int64(CLINUX_PROC_SUPER_MAGIC) {
            throw SystemError(call: "mount", errno: EPERM, subject: "\(destination) leads into /proc")
        }
    }
}
