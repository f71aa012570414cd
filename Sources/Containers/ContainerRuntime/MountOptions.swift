import CLinux
import Linux
import OCISpec

/// The options of one mount of `config.json`, sorted by who they are for.
struct MountOptions: Sendable {
    /// For the mount: set and cleared by mount_setattr(2).
    var set: MountAttributes = []
    var clear: MountAttributes = []
    /// The same for the whole tree of a recursive bind mount (`rro`, `rnosuid`…).
    var recursiveSet: MountAttributes = []
    var recursiveClear: MountAttributes = []
    /// `private`, `rslave`…, in order.
    var propagation: [(flag: MountFlags, recursive: Bool)] = []
    var isBind = false
    var isRecursiveBind = false
    var copiesUp = false
    /// Changes the attributes of what is mounted there.
    var isRemount = false
    /// A source that is a symlink: is not mounted, but made again in the container (`copy-symlink`), or is itself what is
    /// mounted (`src-nofollow`).
    var copiesSymlink = false
    var followsSource = true
    /// A symlink at the destination is mounted on itself where not followed (`dest-nofollow`).
    var followsDestination = true
    /// Whose owners the mount shows by the mappings of a user namespace: of its own file system, or of all below as well.
    var idMap: IDMapping?
    /// Everything else, for the file system.
    var data: [String] = []

    init(_ mount: RuntimeSpec.Mount) throws(RuntimeError) {
        for option in mount.options ?? [] {
            if option.utf8.contains(0) {
                throw RuntimeError(.invalidConfiguration, "mount \(mount.destination): an option holds a NUL byte")
            }
            try add(option, destination: mount.destination)
        }
        if mount.type == "bind" { isBind = true }
        try checkMappings(mount)
    }

    enum IDMapping: Sendable {
        case single, recursive
    }

    private mutating func checkMappings(_ mount: RuntimeSpec.Mount) throws(RuntimeError) {
        let (users, groups) = (mount.uidMappings ?? [], mount.gidMappings ?? [])
        guard users.isEmpty == groups.isEmpty else {
            throw RuntimeError(
                .invalidConfiguration,
                "mount \(mount.destination) needs both uidMappings and gidMappings, or neither"
            )
        }
        if !users.isEmpty, idMap == nil { idMap = .single }
        let isRoot = mount.type == "overlay" && ContainerRoot.clean(mount.destination) == "/"
        if idMap != nil, !isBind, !isRoot {
            throw RuntimeError(.invalidConfiguration, "mount \(mount.destination): only bind mounts can be idmapped")
        }
    }

    private mutating func add(_ option: String, destination: String) throws(RuntimeError) {
        switch option {
        case "", "defaults", "loud", "nostrictatime", "nomand", "norelatime", "async", "noiversion": break
        case "bind": isBind = true
        case "rbind":
            isBind = true
            isRecursiveBind = true
        case "remount": isRemount = true
        case "tmpcopyup": copiesUp = true
        case "private", "rprivate": propagation.append((.private, option.hasPrefix("r")))
        case "shared", "rshared": propagation.append((.shared, option.hasPrefix("rs")))
        case "slave", "rslave": propagation.append((.slave, option.hasPrefix("rs")))
        case "unbindable", "runbindable": propagation.append((.unbindable, option.hasPrefix("r")))
        case "idmap": idMap = .single
        case "ridmap": idMap = .recursive
        case "copy-symlink": copiesSymlink = true
        case "src-nofollow": followsSource = false
        case "dest-nofollow": followsDestination = false
        default:
            if let (attributes, on) = Self.attribute(option) {
                Self.apply(attributes, on, &set, &clear)
            } else if option.first == "r", let (attributes, on) = Self.attribute(String(option.dropFirst())) {
                Self.apply(attributes, on, &recursiveSet, &recursiveClear)
            } else {
                data.append(option)
            }
        }
    }

    /// The attribute that a word stands for, and whether it sets or clears it.
    static func attribute(_ word: String) -> (MountAttributes, Bool)? {
        switch word {
        case "ro": (.readOnly, true)
        case "rw": (.readOnly, false)
        case "nosuid": (.noSetUID, true)
        case "suid": (.noSetUID, false)
        case "nodev": (.noDevices, true)
        case "dev": (.noDevices, false)
        case "noexec": (.noExecution, true)
        case "exec": (.noExecution, false)
        case "noatime": (.noAccessTime, true)
        case "atime": (.noAccessTime, false)
        case "strictatime": (.strictAccessTime, true)
        case "relatime": ([], true)
        case "nodiratime": (.noDirectoryAccessTime, true)
        case "diratime": (.noDirectoryAccessTime, false)
        case "nosymfollow": (.noSymlinkFollow, true)
        case "symfollow": (.noSymlinkFollow, false)
        default: nil
        }
    }

    private static func apply(
        _ attribute: MountAttributes,
        _ on: Bool,
        _ set: inout MountAttributes,
        _ clear: inout MountAttributes
    ) {
        // The access time modes are one field: each replaces the others (mount_setattr(2)).
        let isMode = attribute.isEmpty || attribute == .noAccessTime || attribute == .strictAccessTime
        if isMode {
            set.subtract(.accessTimeField)
            clear.formUnion(.accessTimeField)
            if on { set.formUnion(attribute) }
            return
        }
        if on {
            set.formUnion(attribute)
            clear.subtract(attribute)
        } else {
            clear.formUnion(attribute)
            set.subtract(attribute)
        }
    }

    /// The names that `features` prints.
    static let known: [String] =
        [
            "async", "atime", "bind", "copy-symlink", "defaults", "dest-nofollow", "dev", "diratime", "dirsync", "exec", "idmap", "lazytime", "loud", "noatime",
            "nodev", "nodiratime", "noexec", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "private", "rbind",
            "relatime", "remount", "ro", "rprivate", "rshared", "rslave", "runbindable", "rw", "shared", "silent",
            "slave", "src-nofollow",
            "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
        ] + ["ratime", "rdev", "rdiratime", "rexec", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnosuid"]
        + ["ridmap", "rnosymfollow", "rrelatime", "rro", "rrw", "rstrictatime", "rsuid", "rsymfollow"]
}
