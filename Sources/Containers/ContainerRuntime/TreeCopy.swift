import CLinux
import Glibc
import Linux

/// Copies what lies below a folder into another, for `tmpcopyup`: folders, files and symlinks, with owners and modes.
/// Nothing is followed, and other file systems are not entered.
enum TreeCopy {
    static func copy(from source: borrowing Descriptor, to target: borrowing Descriptor) throws(SystemError) {
        let from = try Descriptor.open(at: source.rawValue, ".", O_RDONLY | O_DIRECTORY)
        let status = try from.status()
        let to = try Descriptor.open(at: target.rawValue, ".", O_RDONLY | O_DIRECTORY)
        try copy(from, to, device: status.device)
    }

    private static func copy(
        _ from: borrowing Descriptor,
        _ to: borrowing Descriptor,
        device: UInt64
    ) throws(SystemError) {
        let (source, target) = (from.rawValue, to.rawValue)
        for name in try FileSystem.list(from) {
            let entry = try Descriptor.open(at: source, name, CLINUX_O_PATH | O_NOFOLLOW)
            let status = try entry.status()
            switch status.kind {
            case .directory where status.device == device:
                try retrying("mkdir", name) { mkdirat(target, name, 0o700) }
                let inner = try Descriptor.open(at: source, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                let made = try Descriptor.open(at: target, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
                try copy(inner, made, device: device)
                try setOwner(of: made, like: status)
            case .regular:
                let inner = try Descriptor.open(at: source, name, O_RDONLY | O_NOFOLLOW)
                let made = try Descriptor.open(at: target, name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
                try made.writeAll(try inner.readToEnd(sizeHint: Int(status.size)))
                try setOwner(of: made, like: status)
            case .symbolicLink:
                var link = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
                try retrying("readlink", name) { readlinkat(source, name, &link, Int(PATH_MAX)) }
                try retrying("symlink", name) { symlinkat(link, target, name) }
                try retrying("chown", name) {
                    fchownat(target, name, status.userID, status.groupID, AT_SYMLINK_NOFOLLOW)
                }
            default: break
            }
        }
    }

    private static func setOwner(of file: borrowing Descriptor, like status: FileStatus) throws(SystemError) {
        let number = file.rawValue
        try retrying("fchown") { fchown(number, status.userID, status.groupID) }
        try retrying("fchmod") { fchmod(number, status.permissions) }
    }
}
