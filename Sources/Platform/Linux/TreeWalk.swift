import CLinux
import Glibc

/// Goes through folders that somebody else fills: names of any bytes, as deep as they like, while they are being changed.
///
/// Each entry is seen by a descriptor, and none is followed. Two descriptors are enough for any depth: the way up is the
/// folder's own `..`, and is believed only where it leads to the folder that the way down came from.
public enum TreeWalk {
    private struct Level {
        let device: UInt64
        let inode: UInt64
        var pending: [[CChar]]
    }

    /// Calls `body` for everything below `root`, a folder before what is in it, with a descriptor that serves for no more than
    /// a look (O_PATH). What vanishes meanwhile is passed over; other file systems mounted inside are not entered.
    ///
    /// - Throws: ESTALE where a folder was moved away while it was looked into.
    public static func visit(
        _ root: borrowing Descriptor,
        _ body: (borrowing Descriptor, FileStatus) throws(SystemError) -> Void
    ) throws(SystemError) {
        var current = try Descriptor.open(at: root.rawValue, ".", O_RDONLY | O_DIRECTORY)
        let status = try current.status()
        let device = status.device
        var levels = [Level(device: device, inode: status.inode, pending: try names(current))]
        while let level = levels.last {
            guard let name = level.pending.last else {
                levels.removeLast()
                guard let above = levels.last else { return }
                let parent = try Descriptor.open(at: current.rawValue, "..", O_RDONLY | O_DIRECTORY)
                let found = try parent.status()
                guard found.device == above.device, found.inode == above.inode else {
                    throw SystemError(call: "walk", errno: ESTALE, subject: "a folder was moved")
                }
                current = parent
                continue
            }
            levels[levels.count - 1].pending.removeLast()
            guard let entry = try look(current, name) else { continue }
            let status = try entry.status()
            guard status.device == device else { continue }
            try body(entry, status)
            guard status.kind == .directory else { continue }
            let folder = try Descriptor.open(at: entry.rawValue, ".", O_RDONLY | O_DIRECTORY)
            levels.append(Level(device: device, inode: status.inode, pending: try names(folder)))
            current = folder
        }
    }

    private static func look(_ folder: borrowing Descriptor, _ name: [CChar]) throws(SystemError) -> Descriptor? {
        let number = clinux_openat(folder.rawValue, name, CLINUX_O_PATH | O_NOFOLLOW | O_CLOEXEC, 0)
        if number >= 0 { return Descriptor(owning: number) }
        let code = errno
        if code == ENOENT { return nil }
        throw SystemError(call: "openat", errno: code, subject: "an entry of a folder")
    }

    private static func names(_ folder: borrowing Descriptor) throws(SystemError) -> [[CChar]] {
        try TreeRemoval.rawNames(folder)
    }
}
