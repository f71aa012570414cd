import CLinux
import Linux
import OCISpec

/// Whom files that are copied into a container belong to: its own user, as the host numbers it.
struct FileOwner: Sendable {
    var user: UInt32
    var group: UInt32

    /// - Parameter spec: of the container's bundle.
    init(_ spec: RuntimeSpec) {
        user = Self.hostID(spec.process?.user?.uid ?? 0, spec.linux?.uidMappings)
        group = Self.hostID(spec.process?.user?.gid ?? 0, spec.linux?.gidMappings)
    }

    /// Makes the calling thread that user towards file systems: it may write where the container's user may.
    func assume() throws(SystemError) {
        let (user, group) = (user, group)
        if user != 0 || group != 0 {
            // The agent's own groups must not open anything to it.
            try retrying("setgroups") { clinux_setgroups([group], 1) }
        }
        try retrying("setfsuid", "\(user):\(group)") { clinux_set_file_identity(user, group) }
    }

    private static func hostID(_ id: UInt32, _ mappings: [RuntimeSpec.IDMapping]?) -> UInt32 {
        guard let mappings, !mappings.isEmpty else { return id }
        for mapping in mappings where id >= mapping.containerID && id - mapping.containerID < mapping.size {
            return mapping.hostID + (id - mapping.containerID)
        }
        // The overflow id: it owns nothing.
        return 65_534
    }
}
