import CLinux
import Glibc
import Linux

/// Asks the kernel whether a folder's file system can do what images, layers and containers need.
struct StateProbe {
    let root: String
    /// A place that a reboot empties, where the answer is kept for this boot; nil: it is asked each time.
    let mark: String?

    /// What cannot be done there; nil where all can.
    func problem() throws(SystemError) -> StateProblem? {
        let device = try FileSystem.status(root).device
        let boot = try FileSystem.readText("/proc/sys/kernel/random/boot_id")
        let answer = "\(root) \(device) \(boot)"
        // One that cannot be read is asked again.
        if let mark, (try? FileSystem.readText(mark)) == answer { return nil }
        let work = "\(root)/.probe"
        // Of an agent that was killed here.
        try FileSystem.removeTree(work)
        try FileSystem.makeDirectories(work, mode: 0o700)
        defer { try? FileSystem.removeTree(work) }  // what stays goes with the next probe
        do throws(SystemError) {
            try renames(in: work)
            try mountsOverlay(in: work)
        } catch {
            if error.errno == ENOSPC || error.errno == EDQUOT { throw error }
            return StateProblem(
                root,
                "the file system (\(fileSystemType())) cannot hold images and containers: \(error)",
                hint: "put it on a local file system such as ext4, xfs or btrfs"
            )
        }
        if let mark { try FileSystem.writeAtomically(mark, Array(answer.utf8), durable: false) }
        return nil
    }

    /// As images and records are put in place: a file over another one, a folder with something in it.
    private func renames(in work: String) throws(SystemError) {
        try FileSystem.makeDirectories("\(work)/folder/inner")
        try FileSystem.write("\(work)/new", [1])
        try FileSystem.write("\(work)/old", [2])
        try FileSystem.rename("\(work)/new", "\(work)/old")
        try FileSystem.rename("\(work)/folder", "\(work)/renamed")
        let bytes = try FileSystem.read("\(work)/old")
        guard bytes == [1], FileSystem.exists("\(work)/renamed/inner") else {
            throw SystemError(call: "rename", errno: EIO, subject: work)
        }
    }

    /// As a container's root is made, with a file that is written in it; the mount is in nobody's tree and goes with its
    /// descriptor.
    private func mountsOverlay(in work: String) throws(SystemError) {
        for name in ["lower", "upper", "work"] { try FileSystem.makeDirectories("\(work)/\(name)") }
        let overlay = try DetachedMount.make(
            type: "overlay",
            source: "overlay",
            options: ["lowerdir=\(work)/lower", "upperdir=\(work)/upper", "workdir=\(work)/work"]
        )
        _ = try Descriptor.open(at: overlay.descriptor.rawValue, "file", O_CREAT | O_WRONLY, mode: 0o600)
    }

    private func fileSystemType() -> String {
        // For the message only.
        guard let mounts = try? MountTable.read() else { return "unknown" }
        let holders = mounts.filter {
            $0.mountPoint == "/" || root == $0.mountPoint || root.hasPrefix("\($0.mountPoint)/")
        }
        return holders.max { $0.mountPoint.utf8.count <= $1.mountPoint.utf8.count }?.type ?? "unknown"
    }
}
