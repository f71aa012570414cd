import CLinux
import Glibc
import Linux
import OCISpec

extension RootFileSystem {
    /// The devices and links that every container has (runtime-spec, "Default Devices", "Dev symbolic links") and those
    /// of the configuration. A /dev that is a bind mount is somebody else's and left alone.
    func makeDevices(in root: borrowing ContainerRoot) throws(RuntimeError) {
        if Self.isForeign(plan) { return }
        try step("make the devices") { () throws(SystemError) in try refuseLink("/dev", in: root) }
        for device in Self.devices(of: plan) { try makeDevice(device, in: root) }
        try step("make the links in /dev") { () throws(SystemError) in
            for (name, target) in Self.links { try link("/dev/" + name, to: target, in: root) }
            // The pts file system has its own multiplexer.
            try link("/dev/ptmx", to: "pts/ptmx", in: root)
        }
    }

    private static func isForeign(_ plan: LaunchPlan) -> Bool {
        plan.mounts.contains { mount in
            ContainerRoot.clean(mount.destination) == "/dev"
                && (mount.type == "bind" || mount.options?.contains { $0 == "bind" || $0 == "rbind" } == true)
        }
    }

    /// The nodes that the container gets.
    static func devices(of plan: LaunchPlan) -> [RuntimeSpec.Linux.Device] {
        if isForeign(plan) { return [] }
        let own = plan.spec.linux?.devices ?? []
        return standardDevices.filter { standard in !own.contains { $0.path == standard.path } } + own
    }

    /// Numbers from the kernel's admin-guide/devices.txt.
    private static var standardDevices: [RuntimeSpec.Linux.Device] {
        [
            .init(.character, path: "/dev/null", major: 1, minor: 3, fileMode: 0o666),
            .init(.character, path: "/dev/zero", major: 1, minor: 5, fileMode: 0o666),
            .init(.character, path: "/dev/full", major: 1, minor: 7, fileMode: 0o666),
            .init(.character, path: "/dev/random", major: 1, minor: 8, fileMode: 0o666),
            .init(.character, path: "/dev/urandom", major: 1, minor: 9, fileMode: 0o666),
            .init(.character, path: "/dev/tty", major: 5, minor: 0, fileMode: 0o666),
        ]
    }

    private static let links: [(String, String)] = [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore"),
    ]

    private func link(_ path: String, to target: String, in root: borrowing ContainerRoot) throws(SystemError) {
        let folder = try root.parent(of: path)
        let name = ContainerRoot.name(of: path)
        if symlinkat(target, folder.rawValue, name) == -1 && errno != EEXIST { throw SystemError.last("symlink", path) }
    }

    private func makeDevice(
        _ device: RuntimeSpec.Linux.Device,
        in root: borrowing ContainerRoot
    ) throws(RuntimeError) {
        let kind: mode_t =
            switch device.type {
            case .character, .unbufferedCharacter: S_IFCHR
            case .block: S_IFBLK
            case .fifo: S_IFIFO
            }
        if device.type != .fifo && (device.major == nil || device.minor == nil) {
            throw RuntimeError(.invalidConfiguration, "device \(device.path) needs major and minor")
        }
        let numbers = (UInt32(clamping: device.major ?? 0), UInt32(clamping: device.minor ?? 0))
        let permissions = mode_t((device.fileMode ?? 0o666) & 0o7777)
        try step("make device \(device.path)") { () throws(SystemError) in
            let folder = try root.parent(of: device.path)
            let name = ContainerRoot.name(of: device.path)
            let number = folder.rawValue
            // No process in a user namespace may make devices: there they are the host's, by bind mount.
            if let taken = sources.devices[device.path] {
                defer { close(taken) }
                let target = try root.open(device.path, makingDirectory: false)
                try DetachedMount.attach(number: taken, on: target, subject: device.path)
                return
            }
            if clinux_mknodat(number, name, kind | permissions, numbers.0, numbers.1) == -1 {
                let code = errno
                if code == EPERM, kind != S_IFIFO { return try bindDevice(device.path, in: root) }
                guard code == EEXIST else { throw SystemError(call: "mknod", errno: code, subject: device.path) }
                // What an image has in that place is good if it is the same device.
                let found = try Descriptor.open(at: number, name, CLINUX_O_PATH | O_NOFOLLOW).status()
                let same =
                    clinux_major(found.representedDevice) == numbers.0
                    && clinux_minor(found.representedDevice) == numbers.1
                    && (kind == S_IFBLK ? found.kind == .blockDevice : found.kind == .characterDevice)
                if !same && kind != S_IFIFO { throw SystemError(call: "mknod", errno: EEXIST, subject: device.path) }
            }
            let (user, group) = (device.uid ?? 0, device.gid ?? 0)
            if user != 0 || group != 0 {
                try retrying("chown", device.path) { fchownat(number, name, user, group, AT_SYMLINK_NOFOLLOW) }
            }
        }
    }

    /// Whoever is root of a user namespace that somebody else made may make no nodes either: they are the host's.
    private func bindDevice(_ path: String, in root: borrowing ContainerRoot) throws(SystemError) {
        let node = try Self.deviceNode(path)
        try Mount.setAttributes(of: node.descriptor, set: [.noSetUID, .noExecution])
        try node.attach(on: try root.open(path, makingDirectory: false), subject: path)
    }

    /// A mount of a device node of the host.
    static func deviceNode(_ path: String) throws(SystemError) -> DetachedMount {
        let tree = try DetachedMount.bind(path, recursive: false)
        let kind = try tree.descriptor.status().kind
        guard kind == .characterDevice || kind == .blockDevice else {
            throw SystemError(call: "bind", errno: ENODEV, subject: path)
        }
        return tree
    }

    /// Makes standard streams that are the host's null device the container's own: a file of a mount that the container does
    /// not have cannot be opened again by /proc/self/fd, nor written down by criu(8). A root without one keeps the host's.
    func takeNullDevice(in root: borrowing ContainerRoot) throws(RuntimeError) {
        let streams = (Int32(0)...2).filter { Self.isNullDevice($0) }
        guard !streams.isEmpty else { return }
        // Whatever an image has in its place: it must not block, and is looked at before anybody gets it.
        guard let own = try? Descriptor.open(inRoot: root.descriptor.rawValue, "/dev/null", O_RDWR | O_NONBLOCK | O_NOCTTY),
            Self.isNullDevice(own.rawValue)
        else { return }
        let number = own.rawValue
        try step("take the container's null device") { () throws(SystemError) in
            try retrying("fcntl", "/dev/null") { clinux_fcntl_int(number, F_SETFL, O_RDWR) }
            for stream in streams { try retrying("dup2", "stream \(stream)") { dup2(number, stream) } }
        }
    }

    static func isNullDevice(_ number: Int32) -> Bool {
        var status = stat()
        return fstat(number, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR && clinux_major(UInt64(status.st_rdev)) == 1
            && clinux_minor(UInt64(status.st_rdev)) == 3
    }
}
