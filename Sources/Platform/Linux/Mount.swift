import CLinux
import Glibc

/// Flags of mount(2).
public struct MountFlags: OptionSet, Sendable, Hashable {
    public let rawValue: UInt

    public init(rawValue: UInt) { self.rawValue = rawValue }

    public static let readOnly = MountFlags(rawValue: 1)
    public static let noSetUID = MountFlags(rawValue: 2)
    public static let noDevices = MountFlags(rawValue: 4)
    public static let noExecution = MountFlags(rawValue: 8)
    public static let synchronous = MountFlags(rawValue: 16)
    public static let remount = MountFlags(rawValue: 32)
    public static let mandatoryLocks = MountFlags(rawValue: 64)
    public static let directorySync = MountFlags(rawValue: 128)
    public static let noSymlinkFollow = MountFlags(rawValue: 256)
    public static let noAccessTime = MountFlags(rawValue: 1024)
    public static let noDirectoryAccessTime = MountFlags(rawValue: 2048)
    public static let bind = MountFlags(rawValue: 4096)
    public static let move = MountFlags(rawValue: 8192)
    public static let recursive = MountFlags(rawValue: 16384)
    public static let silent = MountFlags(rawValue: 1 << 15)
    public static let unbindable = MountFlags(rawValue: 1 << 17)
    public static let `private` = MountFlags(rawValue: 1 << 18)
    public static let slave = MountFlags(rawValue: 1 << 19)
    public static let shared = MountFlags(rawValue: 1 << 20)
    public static let relativeAccessTime = MountFlags(rawValue: 1 << 21)
    public static let strictAccessTime = MountFlags(rawValue: 1 << 24)
    public static let lazyTime = MountFlags(rawValue: 1 << 25)
}

/// mount(2) and umount2(2).
public enum Mount {
    /// mount(2). `options` is the file system's own option string.
    public static func mount(
        _ source: String?,
        on target: String,
        type: String? = nil,
        flags: MountFlags = [],
        options: String? = nil
    ) throws(SystemError) {
        try retrying("mount", "\(source ?? type ?? "none") → \(target)") {
            // mount(2) takes its data as a NUL-terminated string.
            if let options {
                options.withCString { Glibc.mount(source, target, type, flags.rawValue, $0) }
            } else {
                Glibc.mount(source, target, type, flags.rawValue, nil)
            }
        }
    }

    /// umount2(2). With `detach` (MNT_DETACH) the mount leaves the tree at once, however busy it is.
    public static func unmount(_ target: String, detach: Bool = false) throws(SystemError) {
        // 8: UMOUNT_NOFOLLOW, so that a symlink in the target's place is not followed.
        try retrying("umount", target) { umount2(target, 8 | (detach ? 2 : 0)) }
    }
}
