import Glibc
import Linux
import PodSpec

/// The ids by which the files of a pod's volumes belong to it. What the agent makes in memory for the pod alone has the host's
/// ids of the pod's; what lies on a disk, or is others' too, keeps its own, and is mounted with a mapping (`idmap`).
struct VolumeIDs: Sendable, Hashable {
    /// Nil in the host's user namespace.
    var range: IDRange?

    /// Who has what the pod's root has.
    var root: UInt32 { range?.first ?? 0 }

    /// The host's id of a group of the pod's.
    func group(_ group: UInt32) throws(SystemError) -> UInt32 {
        guard let range else { return group }
        guard let host = range.hostID(of: group) else {
            throw SystemError(call: "chown", errno: EINVAL, subject: "group \(group) is not in the pod's user namespace")
        }
        return host
    }

    /// Options of a file system in memory whose root is the pod's.
    var mountOptions: String { range.map { ",uid=\($0.first),gid=\($0.first)" } ?? "" }

    /// Gives something that has been made for the pod to its root.
    func give(_ path: String) throws(SystemError) {
        guard let range else { return }
        try retrying("chown", path) { lchown(path, range.first, range.first) }
    }
}

extension Volume {
    /// Whether its files keep their ids on the host, so that a pod with ids of its own needs a mapping.
    var keepsHostIDs: Bool {
        switch source {
        case .emptyDir(let source): source.isOnDisk
        case .hostPath, .persistentVolumeClaim, .ephemeral, .nfs: true
        // The overlay of an image is made of mapped layers.
        case .image, .configMap, .secret, .downwardAPI, .projected, .other: false
        }
    }
}

extension Pod.Spec {
    /// Whether its users are nobody on the host.
    var hasOwnUsers: Bool { hostUsers == false }
}
