import CLinux
import Glibc
import Linux

/// Mounts a sub path of a volume where no container can reach, so that what is bound into a container is what was checked.
///
/// A container may replace a folder of its volume by a symlink at any time. The sub path is therefore walked from a
/// descriptor of the volume with `RESOLVE_IN_ROOT`, and the descriptor that comes out is mounted, not its name.
package struct SubPathMounter {
    let directory: String
    let mounts: any PodMounting

    package init(directory: String, mounts: any PodMounting) {
        self.directory = directory
        self.mounts = mounts
    }

    /// Mounts `subPath` of `volume` at `<directory>/<index>` and answers that path. A missing sub path is made, as a
    /// folder.
    ///
    /// - Parameter owner: whose the folders are that are made.
    package func mount(
        _ subPath: String,
        of volume: String,
        index: Int,
        owner: UInt32 = 0
    ) throws(SystemError) -> String {
        let root = try Descriptor.open(volume, O_RDONLY | O_DIRECTORY)
        try make(subPath, in: root, owner)
        let source = try Descriptor.open(inRoot: root.rawValue, subPath, CLINUX_O_PATH)
        let target = "\(directory)/\(index)"
        try clear(target)
        try FileSystem.makeDirectories(directory)
        if try source.status().kind == .directory {
            try FileSystem.makeDirectories(target)
        } else {
            try FileSystem.write(target, [])
        }
        try mounts.bind(source, on: target)
        return target
    }

    /// Takes the mount of an earlier attempt away.
    private func clear(_ target: String) throws(SystemError) {
        guard FileSystem.exists(target) else { return }
        try mounts.unmount(target)
        try FileSystem.removeTree(target)
    }

    /// Makes the folders of a sub path that are missing, each below a descriptor that was resolved inside the volume, and
    /// each with the volume's own mode, as the kubelet does: who may write to the volume may write there.
    private func make(_ subPath: String, in root: borrowing Descriptor, _ owner: UInt32) throws(SystemError) {
        let mode = try root.status().permissions
        var walked = ""
        for component in subPath.split(separator: "/") where component != "." {
            // Refused by validation; a record edited by hand does not get past here either.
            guard component != ".." else { throw SystemError(call: "subPath", errno: EINVAL, subject: subPath) }
            let parent = try Descriptor.open(
                inRoot: root.rawValue,
                walked.isEmpty ? "." : walked,
                CLINUX_O_PATH
            )
            if mkdirat(parent.rawValue, String(component), mode) == 0 {
                // Not by mkdir's mode alone: the agent's umask must not count.
                let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW
                let made = try Descriptor.open(at: parent.rawValue, String(component), flags)
                let number = made.rawValue
                // The group may be the volume's (S_ISGID).
                if owner != 0 { try retrying("fchown", subPath) { fchown(number, owner, gid_t.max) } }
                try retrying("fchmod", subPath) { fchmod(number, mode) }
            } else {
                let code = errno
                // ENOTDIR is reported by the open that follows, with the whole path.
                guard code == EEXIST || code == ENOTDIR else {
                    throw SystemError(call: "mkdir", errno: code, subject: subPath)
                }
            }
            walked += (walked.isEmpty ? "" : "/") + component
        }
    }
}
