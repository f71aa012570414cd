import CLinux
import Glibc
import Linux
import OCISpec

/// Device nodes for a container in a user namespace, where nobody may make any: they are made outside, in a file system of
/// their own, and taken by descriptor. Where that is not allowed either they are the host's.
struct DeviceNodes: ~Copyable {
    /// The folder that the nodes are made in; -1 where none can be made.
    private let folder: Int32
    private let users: [RuntimeSpec.IDMapping]
    private let groups: [RuntimeSpec.IDMapping]

    /// - Parameter cover: a folder that the calling process, in a mount namespace of its own, does not need to see: a mount
    ///   that is nowhere cannot be taken parts of (before Linux 6.15).
    init(_ plan: LaunchPlan, cover: String) {
        users = plan.spec.linux?.uidMappings ?? []
        groups = plan.spec.linux?.gidMappings ?? []
        folder = (try? Self.makeFolder(cover)) ?? -1  // then they are the host's
    }

    deinit { if folder != -1 { close(folder) } }

    private static func makeFolder(_ cover: String) throws(SystemError) -> Int32 {
        let made = try DetachedMount.make(type: "tmpfs", source: "tmpfs", options: ["mode=755"])
        try made.attach(on: try Descriptor.open(cover, CLINUX_O_PATH | O_DIRECTORY), subject: cover)
        // What a node is asked to be, it is; whatever our umask is.
        umask(0)
        return made.release()
    }

    /// A mount of the node, by number of a descriptor.
    func take(_ device: RuntimeSpec.Linux.Device, index: Int) throws(SystemError) -> Int32 {
        if folder != -1, let made = try make(device, "\(index)") { return made }
        return try restricted(try RootFileSystem.deviceNode(device.path))
    }

    /// Nil where this process may make no nodes.
    private func make(_ device: RuntimeSpec.Linux.Device, _ name: String) throws(SystemError) -> Int32? {
        let kind = device.type == .block ? S_IFBLK : S_IFCHR
        let mode = mode_t((device.fileMode ?? 0o666) & 0o7777)
        let (major, minor) = (UInt32(clamping: device.major ?? 0), UInt32(clamping: device.minor ?? 0))
        if clinux_mknodat(folder, name, kind | mode, major, minor) == -1 {
            if errno == EPERM { return nil }
            throw SystemError.last("mknod", device.path)
        }
        let user = users.hostID(of: device.uid ?? 0) ?? 0
        let group = groups.hostID(of: device.gid ?? 0) ?? 0
        try retrying("chown", device.path) { fchownat(folder, name, user, group, AT_SYMLINK_NOFOLLOW) }
        let node = try Descriptor.open(at: folder, name, CLINUX_O_PATH | O_NOFOLLOW)
        return try restricted(try DetachedMount.bind(node))
    }

    private func restricted(_ mount: consuming DetachedMount) throws(SystemError) -> Int32 {
        try Mount.setAttributes(of: mount.descriptor, set: [.noSetUID, .noExecution])
        return mount.release()
    }
}
