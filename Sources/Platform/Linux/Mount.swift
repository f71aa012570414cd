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

/// One line of /proc/<pid>/mountinfo (proc(5)).
public struct MountEntry: Sendable, Hashable {
    public var id: Int
    public var parentID: Int
    /// The path within the file system that forms the root of this mount.
    public var root: String
    public var mountPoint: String
    public var options: String
    /// The optional fields: `shared:N`, `master:N`…
    public var propagation: [String]
    public var type: String
    public var source: String
    public var superOptions: String
}

extension MountEntry {
    /// The lower folders of an overlay as it was mounted, the top one first; none of another file system. The kernel shows one
    /// option for all of them, or one for each (`lowerdir+`) where they were given so. Folders that have a `,` in their names
    /// are not told apart, nor those with a `:` in the one option.
    public var overlayLayers: [String] {
        guard type == "overlay" else { return [] }
        return superOptions.split(separator: ",").flatMap { Mount.overlayLayers(of: $0) }.map { MountTable.unescape($0) }
    }
}

extension Mount {
    /// The lower folders that an option of an overlay names, the top one first; none where it is another option.
    public static func overlayLayers(of option: some StringProtocol) -> [Substring] {
        if option.hasPrefix("lowerdir=") { return Substring(option).dropFirst("lowerdir=".count).split(separator: ":") }
        if option.hasPrefix("lowerdir+=") { return [Substring(option).dropFirst("lowerdir+=".count)] }
        return []
    }
}

/// The mounts that a process sees.
public enum MountTable {
    public static func read(_ path: String = "/proc/self/mountinfo") throws(SystemError) -> [MountEntry] {
        parse(String(decoding: try FileSystem.read(path), as: UTF8.self))
    }

    /// Parses mountinfo; lines that are not of its form are passed over.
    public static func parse(_ text: String) -> [MountEntry] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4, let id = Int(fields[0]),
                let parent = Int(fields[1])
            else { return nil }
            return MountEntry(
                id: id,
                parentID: parent,
                root: unescape(fields[3]),
                mountPoint: unescape(fields[4]),
                options: String(fields[5]),
                propagation: fields[6..<dash].map(String.init),
                type: String(fields[dash + 1]),
                source: unescape(fields[dash + 2]),
                superOptions: String(fields[dash + 3])
            )
        }
    }

    /// Space, tab, newline and backslash stand in mountinfo as three octal digits behind a backslash.
    fileprivate static func unescape(_ field: Substring) -> String {
        guard field.contains("\\") else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\"), rest.count >= 4,
                let code = UInt8(String(decoding: rest.dropFirst().prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(4)
            } else {
                bytes.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
