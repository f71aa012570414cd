import CLinux
import Glibc
import Linux
import PodSpec

/// Gives the files of a volume to `fsGroup`, as the kubelet does: the group, its right to read and write, and on folders
/// that what is made in them has the group as well.
package struct VolumeOwnership: Sendable, Hashable {
    package var group: UInt32
    package var policy: PodSecurityContext.ChangePolicy

    package init(group: UInt32, policy: PodSecurityContext.ChangePolicy = .always) {
        self.group = group
        self.policy = policy
    }

    /// Nil where the pod has no `fsGroup`.
    package init?(of pod: Pod) {
        guard let group = pod.spec.securityContext?.fsGroup else { return nil }
        self.init(group: group, policy: pod.spec.securityContext?.fsGroupChangePolicy ?? .always)
    }

    private static let file: mode_t = 0o660
    private static let folder: mode_t = 0o2770

    /// Changes what is not so yet, below a folder of the host. Links are not followed, and other file systems mounted
    /// inside are left alone. May be repeated.
    package func apply(to path: String) throws(SystemError) {
        let root = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        let status = try root.status()
        if policy == .onRootMismatch, isSet(status) { return }
        try TreeWalk.visit(root) { (entry: borrowing Descriptor, status: FileStatus) throws(SystemError) in
            try set(entry, status)
        }
        // Last: a walk that was cut off is made again, also where only a mismatch of the root makes one.
        try set(root, status)
    }

    private func isSet(_ status: FileStatus) -> Bool {
        let wanted = status.kind == .directory ? Self.folder : Self.file
        return status.groupID == group && (status.kind == .symbolicLink || status.permissions & wanted == wanted)
    }

    private func set(_ entry: borrowing Descriptor, _ status: FileStatus) throws(SystemError) {
        guard !isSet(status) else { return }
        let number = entry.rawValue
        try retrying("chown", "a file of the volume") {
            fchownat(number, "", uid_t.max, group, Int32(CLINUX_AT_EMPTY_PATH))
        }
        // A link has no mode of its own.
        guard status.kind != .symbolicLink else { return }
        let mode = status.permissions | (status.kind == .directory ? Self.folder : Self.file)
        // fchmod(2) refuses descriptors of O_PATH; the link in /proc is the descriptor's own, whatever has become of its name.
        try retrying("chmod", "a file of the volume") { chmod("/proc/self/fd/\(number)", mode) }
    }
}
