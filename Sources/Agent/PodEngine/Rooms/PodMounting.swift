import CLinux
import Glibc
import Linux

/// Mounts on the host that a pod's volumes need. Not a room of its own: the engine brings `HostMounts`, tests bring a fake.
public protocol PodMounting: Sendable {
    /// Mounts a tmpfs; nothing where something is mounted there already.
    func mountMemory(on path: String, flags: MountFlags, options: String) throws(SystemError)
    /// Mounts a hugetlbfs; nothing where something is mounted there already.
    func mountHugePages(on path: String, options: String) throws(SystemError)
    /// Mounts layers of an image over one another, the bottom one first, to be read only; nothing where something is mounted
    /// there already.
    ///
    /// - Parameter userNamespace: the path of a user namespace by whose mappings the files' owners are shown.
    func mountLayers(_ layers: [String], on path: String, userNamespace: String?) throws(SystemError)
    /// The folders of layers of which what `mountLayers` has mounted below a folder is made.
    func mountedLayers(below folder: String) throws(SystemError) -> Set<String>
    /// Whether the owners of the files there can be shown by the mappings of a user namespace, given by its path.
    func takesMapping(_ path: String, userNamespace: String) throws(SystemError) -> Bool
    /// Whether something is mounted there.
    func isMountPoint(_ path: String) throws(SystemError) -> Bool
    /// Mounts what is behind a descriptor, with all that is mounted below it.
    func bind(_ descriptor: borrowing Descriptor, on target: String) throws(SystemError)
    /// Lets what is unmounted below a mount point be unmounted nowhere else.
    func isolate(_ path: String) throws(SystemError)
    /// Unmounts everything that is mounted on a path. Nothing there is no error.
    func unmount(_ path: String) throws(SystemError)
    /// The same for what is on another machine, and does not wait for that machine to take leave.
    func unmountRemote(_ path: String) throws(SystemError)
    /// All mount points below folders, in the order in which they were mounted.
    func mountPoints(below folders: [String]) throws(SystemError) -> [HostMountPoint]
    /// Mounts a folder of an NFS server. Blocks the thread for as long as the server takes.
    ///
    /// - Parameters:
    ///   - source: `SERVER:/PATH`, an address of IPv6 in brackets.
    ///   - address: the server's, in digits.
    func mountNFS(_ source: String, address: String, on path: String, readOnly: Bool) throws(SystemError)
}

/// Where something is mounted on the host.
public struct HostMountPoint: Sendable, Hashable {
    public var path: String
    /// Whether the files are on another machine: what looks at them waits for it.
    public var isRemote: Bool

    public init(_ path: String, isRemote: Bool = false) {
        self.path = path
        self.isRemote = isRemote
    }
}

extension PodMounting {
    /// What has no propagation has nothing to do.
    public func isolate(_ path: String) throws(SystemError) {}

    /// Unmounts everything that is mounted there; nobody is waited for, wherever the files are.
    package func unmount(_ point: HostMountPoint) throws(SystemError) {
        try point.isRemote ? unmountRemote(point.path) : unmount(point.path)
    }

    /// Where no machine is, there is nobody to wait for.
    public func unmountRemote(_ path: String) throws(SystemError) { try unmount(path) }

    public func takesMapping(_ path: String, userNamespace: String) throws(SystemError) -> Bool { true }
}

/// The mounts of the agent's own mount namespace.
public struct HostMounts: PodMounting {
    public init() {}

    public func mountMemory(on path: String, flags: MountFlags, options: String) throws(SystemError) {
        if try isMountPoint(path) { return }
        try Mount.mount("tmpfs", on: path, type: "tmpfs", flags: flags, options: options)
    }

    public func mountHugePages(on path: String, options: String) throws(SystemError) {
        if try isMountPoint(path) { return }
        try Mount.mount("hugetlbfs", on: path, type: "hugetlbfs", flags: [.noSetUID, .noDevices], options: options)
    }

    public func mountLayers(_ layers: [String], on path: String, userNamespace: String?) throws(SystemError) {
        if try isMountPoint(path) { return }
        guard let userNamespace else { return try overlay(layers, on: path) }
        let number = try MappedLayers(layers: layers, userNamespace: userNamespace).mount(on: path) {
            () throws(SystemError) in try overlay(layers, on: path)
        }
        let mount = Descriptor(owning: number)
        let target = try Descriptor.open(path, CLINUX_O_PATH | O_NOFOLLOW)
        try DetachedMount.attach(number: mount.rawValue, on: target, subject: path)
    }

    public func takesMapping(_ path: String, userNamespace: String) throws(SystemError) -> Bool {
        let mount = try DetachedMount.bind(path, recursive: false)
        let users = try Descriptor.open(userNamespace, O_RDONLY)
        do throws(SystemError) { try Mount.mapIDs(ofNumber: mount.descriptor.rawValue, by: users.rawValue) } catch {
            if error.errno == EINVAL { return false }
            throw error
        }
        return true
    }

    private func overlay(_ layers: [String], on path: String) throws(SystemError) {
        // overlayfs takes the top layer first.
        let lower = "lowerdir=" + layers.reversed().joined(separator: ":")
        // mount(2) takes a page at most; from Linux 6.5 on layers can be given one by one.
        if lower.utf8.count < 4096 {
            let flags: MountFlags = [.readOnly, .noExecution, .noSetUID, .noDevices]
            return try Mount.mount("overlay", on: path, type: "overlay", flags: flags, options: lower)
        }
        let overlay = try DetachedMount.make(
            type: "overlay",
            source: "overlay",
            options: layers.reversed().map { "lowerdir+=\($0)" },
            attributes: [.readOnly, .noExecution, .noSetUID, .noDevices]
        )
        try overlay.attach(on: try Descriptor.open(path, CLINUX_O_PATH | O_NOFOLLOW), subject: path)
    }

    public func mountedLayers(below folder: String) throws(SystemError) -> Set<String> {
        var layers: Set<String> = []
        for mount in try table(where: { $0.isMounted(onOrBelow: folder) && $0.type == "overlay" }) { layers.formUnion(mount.overlayLayers) }
        return layers
    }

    /// By the device: enough for file systems of our own, which is what is asked about.
    public func isMountPoint(_ path: String) throws(SystemError) -> Bool {
        let parent = FileSystem.split(path).directory
        return try FileSystem.status(path).device != FileSystem.status(parent).device
    }

    public func bind(_ descriptor: borrowing Descriptor, on target: String) throws(SystemError) {
        let tree = try DetachedMount.bind(descriptor, recursive: true)
        // Peers of the host's own mounts, as they are on every machine with systemd, would take those with them when they
        // are unmounted here. Slaves follow the host, and the host does not follow them.
        try Mount.setAttributes(of: tree.descriptor, propagation: .slave, recursive: true)
        let point = try Descriptor.open(target, CLINUX_O_PATH | O_NOFOLLOW)
        try tree.attach(on: point, subject: target)
    }

    public func isolate(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            let point = try Descriptor.open(path, CLINUX_O_PATH | O_NOFOLLOW)
            try Mount.setAttributes(of: point, propagation: .private)
        } catch  where [ENOENT, ENOTDIR, EINVAL].contains(error.errno) {
            // Gone meanwhile, or covered by a later mount.
        }
    }

    /// Detached: a process of the host that has a file open there must not keep the pod from going.
    public func unmount(_ path: String) throws(SystemError) {
        while true {
            do throws(SystemError) { try Mount.unmount(path, detach: true) } catch {
                // EINVAL: nothing (more) is mounted there.
                if error.errno == EINVAL || error.errno == ENOENT { return }
                throw error
            }
        }
    }

    /// How long the way to a mount point may take. It is local, but for what other machines have on it.
    private static let patience: Duration = .seconds(10)

    /// umount2(2) takes the mount out of the tree first, and then tells the server; with the last mount of a server that is
    /// away it comes back when that is there again. So it has a thread of its own, and the table of mounts says when it is gone
    /// (poll(2) of mountinfo, proc(5)).
    public func unmountRemote(_ path: String) throws(SystemError) {
        let changes = try Descriptor.open(Self.tableFile, O_RDONLY)
        // Not by force: other pods may share the connection, and would lose what they write. A failure shows in the table.
        startThread(named: "unmount-remote") { try? Mount.unmount(path, detach: true) }
        let deadline = Monotonic.now.advanced(by: Self.patience)
        while try table(where: { $0.isMounted(onOrBelow: path) }).contains(where: { $0.mountPoint == path }) {
            let left = deadline.since(.now)
            guard left > .zero else { throw SystemError(call: "umount2", errno: ETIMEDOUT, subject: path) }
            var entry = pollfd(fd: changes.rawValue, events: Int16(POLLPRI), revents: 0)
            let milliseconds = Int32(clamping: left.components.seconds * 1000 + 1)
            _ = try retrying("poll", path) { poll(&entry, 1, milliseconds) }
        }
    }

    public func mountPoints(below folders: [String]) throws(SystemError) -> [HostMountPoint] {
        try table { line in folders.contains(where: line.isMounted(onOrBelow:)) }
            .filter { !folders.contains($0.mountPoint) }
            .map { HostMountPoint($0.mountPoint, isRemote: Self.remoteTypes.contains($0.type)) }
    }

    /// Of the thread: it is in the agent's namespace too, unless a test has moved it to another.
    private static let tableFile = "/proc/thread-self/mountinfo"

    private func table(where isWanted: (MountLine) -> Bool) throws(SystemError) -> [MountEntry] {
        try MountTable.read(Self.tableFile, where: isWanted)
    }

    private static let remoteTypes: Set = ["nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "fuse.sshfs", "fuse.glusterfs"]

    public func mountNFS(_ source: String, address: String, on path: String, readOnly: Bool) throws(SystemError) {
        // Hard, as the kubelet's: what is written is not given up while the server is away. Of the versions the newest that the
        // server has, which mount.nfs(8) finds out in the same way.
        var refusal: SystemError?
        for version in ["4.2", "4.1", "4.0"] {
            let options = "vers=\(version),addr=\(address)"
            do throws(SystemError) {
                return try Mount.mount(source, on: path, type: "nfs", flags: readOnly ? [.readOnly] : [], options: options)
            } catch {
                refusal = error
            }
            guard let number = refusal?.errno, [EPROTONOSUPPORT, EINVAL].contains(number) else { break }
        }
        if let refusal { throw refusal }
    }
}
