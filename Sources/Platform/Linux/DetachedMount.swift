import CLinux
import Glibc

/// Attributes of a mount (not of its file system): the MOUNT_ATTR_ flags.
public struct MountAttributes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readOnly = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_RDONLY)
    public static let noSetUID = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NOSUID)
    public static let noDevices = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NODEV)
    public static let noExecution = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NOEXEC)
    public static let noAccessTime = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NOATIME)
    public static let strictAccessTime = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_STRICTATIME)
    public static let noDirectoryAccessTime = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NODIRATIME)
    public static let noSymlinkFollow = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_NOSYMFOLLOW)
    /// The field of access time modes: exactly one of relative (0), none and strict.
    public static let accessTimeField = MountAttributes(rawValue: CLINUX_MOUNT_ATTR_ATIME_MASK)
}

/// A mount that is in no tree yet (fsmount(2), open_tree(2) with OPEN_TREE_CLONE). Unless it is attached, it vanishes
/// when the value ends.
///
/// Everything is done by descriptors: no path is walked twice, so nothing can be swapped between two calls.
public struct DetachedMount: ~Copyable, Sendable {
    public let descriptor: Descriptor

    /// Makes a file system: `options` as mount(8) takes them, `key` or `key=value`.
    public static func make(
        type: String,
        source: String?,
        options: [String] = [],
        attributes: MountAttributes = []
    ) throws(SystemError) -> DetachedMount {
        let context = Descriptor(
            owning: try retrying("fsopen", type) { clinux_fsopen(type, CLINUX_FSOPEN_CLOEXEC) }
        )
        let number = context.rawValue
        if let source {
            try retrying("fsconfig", "\(type) source=\(source)") {
                clinux_fsconfig(number, CLINUX_FSCONFIG_SET_STRING, "source", source, 0)
            }
        }
        for option in options {
            if let equals = option.firstIndex(of: "=") {
                let key = String(option[..<equals])
                let value = String(option[option.index(after: equals)...])
                try retrying("fsconfig", "\(type) \(option)") {
                    clinux_fsconfig(number, CLINUX_FSCONFIG_SET_STRING, key, value, 0)
                }
            } else {
                try retrying("fsconfig", "\(type) \(option)") {
                    clinux_fsconfig(number, CLINUX_FSCONFIG_SET_FLAG, option, nil, 0)
                }
            }
        }
        try retrying("fsconfig", "create \(type)") {
            clinux_fsconfig(number, CLINUX_FSCONFIG_CMD_CREATE, nil, nil, 0)
        }
        return DetachedMount(
            descriptor: Descriptor(
                owning: try retrying("fsmount", type) {
                    clinux_fsmount(number, CLINUX_FSMOUNT_CLOEXEC, attributes.rawValue)
                }
            )
        )
    }

    /// A second mount of what is at a path (a bind mount), with all that is mounted below it if `recursive`.
    public static func bind(_ path: String, recursive: Bool) throws(SystemError) -> DetachedMount {
        let flags = CLINUX_OPEN_TREE_CLONE | CLINUX_OPEN_TREE_CLOEXEC | (recursive ? UInt32(CLINUX_AT_RECURSIVE) : 0)
        return DetachedMount(
            descriptor: Descriptor(
                owning: try retrying("open_tree", path) { clinux_open_tree(AT_FDCWD, path, flags) }
            )
        )
    }

    /// A second mount of what is behind a descriptor.
    public static func bind(_ source: borrowing Descriptor, recursive: Bool = false) throws(SystemError)
        -> DetachedMount
    {
        try bind(number: source.rawValue, recursive: recursive)
    }

    /// The same by the number of a descriptor that somebody else keeps open.
    public static func bind(number: Int32, recursive: Bool = false) throws(SystemError) -> DetachedMount {
        let flags =
            CLINUX_OPEN_TREE_CLONE | CLINUX_OPEN_TREE_CLOEXEC | UInt32(CLINUX_AT_EMPTY_PATH)
            | (recursive ? UInt32(CLINUX_AT_RECURSIVE) : 0)
        return DetachedMount(
            descriptor: Descriptor(
                owning: try retrying("open_tree", "fd \(number)") { clinux_open_tree(number, "", flags) }
            )
        )
    }

    /// The number of the descriptor, which the caller then owns.
    public consuming func release() -> Int32 { descriptor.release() }

    /// Attaches the mount on what is behind `target` (move_mount(2)). The descriptor is then the attached mount's root.
    public borrowing func attach(on target: borrowing Descriptor, subject: String) throws(SystemError) {
        try Self.attach(number: descriptor.rawValue, on: target, subject: subject)
    }

    /// The same by the number of a descriptor that somebody else keeps open.
    public static func attach(
        number from: Int32,
        on target: borrowing Descriptor,
        subject: String
    ) throws(SystemError) {
        let to = target.rawValue
        try retrying("move_mount", subject) {
            clinux_move_mount(
                from,
                "",
                to,
                "",
                CLINUX_MOVE_MOUNT_F_EMPTY_PATH | CLINUX_MOVE_MOUNT_T_EMPTY_PATH
            )
        }
    }
}

extension Mount {
    /// mount_setattr(2) on the mount whose root is behind a descriptor.
    public static func setAttributes(
        of root: borrowing Descriptor,
        set: MountAttributes = [],
        clear: MountAttributes = [],
        propagation: MountFlags = [],
        recursive: Bool = false
    ) throws(SystemError) {
        try setAttributes(
            ofNumber: root.rawValue,
            set: set,
            clear: clear,
            propagation: propagation,
            recursive: recursive
        )
    }

    /// The same by the number of a descriptor that somebody else keeps open.
    public static func setAttributes(
        ofNumber number: Int32,
        set: MountAttributes = [],
        clear: MountAttributes = [],
        propagation: MountFlags = [],
        recursive: Bool = false
    ) throws(SystemError) {
        let flags = UInt32(CLINUX_AT_EMPTY_PATH) | (recursive ? UInt32(CLINUX_AT_RECURSIVE) : 0)
        try retrying("mount_setattr", "fd \(number)") {
            clinux_mount_setattr(
                number,
                "",
                flags,
                UInt64(set.rawValue),
                UInt64(clear.rawValue),
                UInt64(propagation.rawValue),
                -1
            )
        }
    }

    /// Gives the files of a detached mount the ids that a user namespace maps theirs to (mount_setattr(2), "ID-mapped mounts").
    /// EINVAL: the file system does not take it, or has it already.
    ///
    /// - Parameter recursive: the same for everything that is mounted below; all of it takes it or nothing.
    public static func mapIDs(
        ofNumber number: Int32,
        by userNamespace: Int32,
        recursive: Bool = false
    ) throws(SystemError) {
        let flags = UInt32(CLINUX_AT_EMPTY_PATH) | (recursive ? UInt32(CLINUX_AT_RECURSIVE) : 0)
        try retrying("mount_setattr", "idmap of fd \(number)") {
            clinux_mount_setattr(number, "", flags, UInt64(CLINUX_MOUNT_ATTR_IDMAP), 0, 0, userNamespace)
        }
    }

    /// Covers a folder by a mount of itself that shows its files' owners by a user namespace, in the caller's mount namespace.
    /// Throws as `mapIDs` does, with its `call`, where the file system does not take it.
    public static func coverMapped(_ folder: String, by userNamespace: Int32) throws(SystemError) {
        let mapped = try DetachedMount.bind(folder, recursive: false)
        try mapIDs(ofNumber: mapped.descriptor.rawValue, by: userNamespace)
        try mapped.attach(on: try Descriptor.open(folder, CLINUX_O_PATH | O_DIRECTORY), subject: folder)
    }

    /// pivot_root(2) to the current directory, and the old root out of sight: what lies under it leaves the namespace.
    public static func pivotToWorkingDirectory() throws(SystemError) {
        // Stacking the old root on the new one needs no folder to put it in (pivot_root(2), "pivot_root(".", ".")").
        try retrying("pivot_root", ".") { clinux_pivot_root(".", ".") }
        try retrying("umount2", "old root") { umount2(".", 2) }
    }
}
