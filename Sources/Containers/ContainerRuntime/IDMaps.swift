import Glibc
import Linux
import OCISpec

/// The user namespaces of a container, by descriptor: the one that it lives in, and those whose mappings some of its mounts
/// have. They are opened, or made, by the runtime: a process inside of one could map no mount by it.
final class IDMaps {
    /// The container's own; -1 for none.
    let container: Int32
    /// By index of the mount.
    private var mounts: [Int: Int32] = [:]

    init(for plan: LaunchPlan) throws(RuntimeError) {
        container = try plan.namespaces.hasUserNamespace ? Self.userNamespace(of: plan) : -1
        for (index, mount) in plan.mounts.enumerated() {
            guard let users = mount.uidMappings, !users.isEmpty else { continue }
            mounts[index] = try Self.made("mount \(mount.destination)", users, mount.gidMappings ?? [])
        }
    }

    deinit {
        for number in mounts.values { close(number) }
        if container != -1 { close(container) }
    }

    private static func userNamespace(of plan: LaunchPlan) throws(RuntimeError) -> Int32 {
        if let path = plan.namespaces.userNamespacePath {
            return try step("open the user namespace \(path)") { () throws(SystemError) in
                try Descriptor.open(path, O_RDONLY).release()
            }
        }
        let linux = plan.spec.linux
        return try made("the container", linux?.uidMappings ?? [], linux?.gidMappings ?? [])
    }

    private static func made(
        _ name: String,
        _ users: [RuntimeSpec.IDMapping],
        _ groups: [RuntimeSpec.IDMapping]
    ) throws(RuntimeError) -> Int32 {
        try step("make the user namespace of \(name)") { () throws(SystemError) in
            let holder = try NamespaceHolder.make(users: users.map(\.range), groups: groups.map(\.range))
            return try holder.open(.user).release()
        }
    }

    /// The namespace by which a mount of this index is mapped.
    func map(ofMount index: Int) -> Int32 { mounts[index] ?? container }
}

extension RuntimeSpec.IDMapping {
    var range: IDRangeMapping { IDRangeMapping(inside: containerID, outside: hostID, count: size) }
}

extension [RuntimeSpec.IDMapping] {
    /// The host's id behind one of the container's; nil for one that is not mapped.
    func hostID(of id: UInt32) -> UInt32? {
        first { id >= $0.containerID && id - $0.containerID < $0.size }.map { $0.hostID + (id - $0.containerID) }
    }
}
