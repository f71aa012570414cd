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
        for index in plan.mounts.indices { try mount(index, in: root, sealed: &sealed) }
        try makeDevices(in: root)
        for number in sealed {
            try step("make a mount read-only") { () throws(SystemError) in
                try Mount.setAttributes(ofNumber: number, set: .readOnly)
            }
        }
    }

    private func mount(
        _ index: Int,
        in root: borrowing ContainerRoot,
        sealed: inout [Int32]
    ) throws(RuntimeError) {
        let mount = plan.mounts[index]
        let options = try MountOptions(mount)
        let destination = ContainerRoot.clean(mount.destination)
        try checkProc(destination, mount)
        if let link = sources.links[index] { return try copy(link, to: destination, in: root) }
        if options.isRemount { return try remount(destination, options, in: root) }
        switch mount.type {
        case "cgroup" where !options.isBind, "cgroup2" where !options.isBind:
            try mountCgroups(mount, options, at: destination, in: root)
        case _ where options.isBind || sources.mounts[index] != nil:
            let taken = sources.mounts[index]
            let source =
                if let taken { taken } else { try MountSources.take(mount, options, of: plan, by: maps.map(ofMount: index)) }
            defer { close(source) }
            try bind(source, mount, options, at: destination, in: root)
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
        // Nothing is mounted below a new file system: what holds for all of its tree holds for it.
        let attributes = options.set.union(options.recursiveSet)
        // A tmpfs is sealed when the mount points, devices and copies in it are made.
        let isLate = type == "tmpfs" && attributes.contains(.readOnly)
        let mode = options.data.first { $0.hasPrefix("mode=") }.flatMap { mode_t($0.dropFirst(5), radix: 8) }
        try step("mount \(mount.source ?? type) on \(destination)") { () throws(SystemError) in
            try refuseLink(destination, in: root)
            let target = try root.open(destination, makingDirectory: true, mode: mode ?? 0o755)
            try refuseProc(target, destination)
            let covered = type == "tmpfs" && mode == nil ? try target.status() : nil
            let made = try DetachedMount.make(
                type: type,
                source: mount.source ?? type,
                // Who says nothing about the mode expects that of the folder that is covered.
                options: (covered.map { ["mode=" + String($0.permissions, radix: 8)] } ?? []) + data(options, of: type) + (type == "tmpfs" ? mountLabel.map { ["context=\($0)"] } ?? [] : []),
                attributes: isLate ? attributes.subtracting(.readOnly) : attributes
            )
            if options.copiesUp { try TreeCopy.copy(from: target, to: made.descriptor) }
            try made.attach(on: target, subject: destination)
            try setPropagation(options, of: made.descriptor.rawValue)
            if isLate { sealed.append(try made.descriptor.duplicate().release()) }
        }
    }

    /// A new devpts takes no group that its user namespace does not have: its terminals then stay their owners' alone.
    private func data(_ options: MountOptions, of type: String) -> [String] {
        guard type == "devpts", plan.namespaces.hasUserNamespace || plan.isRootless else { return options.data }
        // Of the namespace that this process is in; without the file the kernel decides.
        guard let text = try? FileSystem.readText("/proc/self/gid_map") else { return options.data }
        let ranges = text.split(separator: "\n").map { $0.split(separator: " ").compactMap { UInt32($0) } }
        return options.data.filter { option in
            guard option.hasPrefix("gid="), let group = UInt32(option.dropFirst(4)) else { return true }
            return ranges.contains { $0.count == 3 && group >= $0[0] && group - $0[0] < $0[2] }
        }
    }

    private func bind(
        _ source: Int32,
        _ mount: RuntimeSpec.Mount,
        _ options: MountOptions,
        at destination: String,
        in root: borrowing ContainerRoot
    ) throws(RuntimeError) {
        try step("mount \(mount.source ?? "") on \(destination)") { () throws(SystemError) in
            var status = stat()
            try retrying("fstat", mount.source ?? "") { fstat(source, &status) }
            let target =
                options.followsDestination
                ? try root.open(destination, makingDirectory: status.st_mode & S_IFMT == S_IFDIR)
                : try root.openEntry(destination, makingDirectory: status.st_mode & S_IFMT == S_IFDIR)
            try refuseProc(target, destination)
            if destination == "/proc", clinux_filesystem_type(source) != Int64(CLINUX_PROC_SUPER_MAGIC) {
                throw SystemError(call: "mount", errno: EPERM, subject: "/proc must be procfs")
            }
            try DetachedMount.attach(number: source, on: target, subject: destination)
            try setPropagation(options, of: source)
        }
        // Options for the file system have no meaning for a second mount of it, and callers give them all the same.
        for option in options.data where option != "z" && option != "Z" && option != "U" {
            warn("mount \(destination): option \(option) is ignored for a bind mount")
        }
    }

    private func copy(_ link: String, to destination: String, in root: borrowing ContainerRoot) throws(RuntimeError) {
        try step("make the symlink \(destination)") { () throws(SystemError) in
            let folder = try root.parent(of: destination)
            let number = folder.rawValue
            try refuseProc(folder, destination)
            let name = ContainerRoot.name(of: destination)
            if symlinkat(link, number, name) == 0 { return }
            let failure = SystemError.last("symlink", destination)
            // What the image has in that place is good if it is the same.
            var found = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            guard failure.errno == EEXIST, readlinkat(number, name, &found, Int(PATH_MAX)) > 0, strcmp(found, link) == 0
            else { throw failure }
        }
    }

    private func remount(
        _ destination: String,
        _ options: MountOptions,
        in root: borrowing ContainerRoot
    ) throws(RuntimeError) {
        try step("remount \(destination)") { () throws(SystemError) in
            guard let target = try root.existing(destination) else {
                throw SystemError(call: "open", errno: ENOENT, subject: destination)
            }
            try refuseProc(target, destination)
            if !options.recursiveSet.isEmpty || !options.recursiveClear.isEmpty {
                try Mount.setAttributes(of: target, set: options.recursiveSet, clear: options.recursiveClear, recursive: true)
            }
            try Mount.setAttributes(of: target, set: options.set, clear: options.clear)
            try setPropagation(options, of: target.rawValue)
        }
    }

    private func setPropagation(_ options: MountOptions, of mount: Int32) throws(SystemError) {
        for (flag, recursive) in options.propagation {
            try Mount.setAttributes(ofNumber: mount, propagation: flag, recursive: recursive)
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
    func refuseLink(_ destination: String, in root: borrowing ContainerRoot) throws(SystemError) {
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
        let type = clinux_filesystem_type(target.rawValue)
        // What cannot be looked at may be it.
        if type == -1 { throw SystemError.last("fstatfs", destination) }
        if type == Int64(CLINUX_PROC_SUPER_MAGIC) {
            throw SystemError(call: "mount", errno: EPERM, subject: "\(destination) leads into /proc")
        }
    }
}
