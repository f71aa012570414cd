import Glibc
import Linux

/// One control group: the same path in every hierarchy.
///
/// It is a value: written down at creation, it can be used by another process later, however the machine's mounts look
/// to that one.
public struct Cgroup: Codable, Sendable, Hashable {
    /// The group's folder in one hierarchy.
    public struct Directory: Codable, Sendable, Hashable {
        public var path: String
        /// Where the hierarchy is mounted; a prefix of `path`.
        public var mountPoint: String
        public var controllers: [String]
        public var isUnified: Bool
    }

    /// The path as the caller gave it.
    public let path: String
    public internal(set) var directories: [Directory]

    /// Names a group; nothing is made yet.
    ///
    /// - Parameter path: absolute is from where the hierarchies are mounted, relative from the calling process's own
    ///   group (runtime-spec, "cgroups path"); where version 2 has the controllers, from the group above that one, as runc does:
    ///   a group with processes hands none down (cgroup-v2, "No Internal Process Constraint"). Components `.` and `..` are refused.
    public init(path: String, in layout: CgroupLayout) throws(CgroupError) {
        let components = path.split(separator: "/")
        guard !components.isEmpty else { throw .invalid("cgroup path \"\(path)\" names no group") }
        for component in components where component == "." || component == ".." {
            throw .invalid("cgroup path \"\(path)\" has a component \"\(component)\"")
        }
        if path.utf8.contains(0) { throw .invalid("cgroup path holds a NUL byte") }
        let clean = components.joined(separator: "/")
        self.path = path
        directories = layout.hierarchies.map { hierarchy in
            let own = layout.mode == .v2 ? FileSystem.split(hierarchy.ownPath).directory : hierarchy.ownPath
            let base = path.hasPrefix("/") || own == "/" ? "" : own
            return Directory(
                path: "\(hierarchy.mountPoint)\(base)/\(clean)",
                mountPoint: hierarchy.mountPoint,
                controllers: hierarchy.controllers,
                isUnified: hierarchy.isUnified
            )
        }
    }

    /// The folder on version 2, where there is one: a new process can be born into it (CLONE_INTO_CGROUP).
    public var unified: Directory? { directories.first(where: \.isUnified) }

    /// The folder of a controller's hierarchy.
    public func directory(of controller: String) -> Directory? {
        directories.first { $0.controllers.contains(controller) }
    }

    /// The folder by which the group's processes are frozen.
    public var freezerPath: String? { (directory(of: "freezer") ?? unified)?.path }

    /// Whether the calling process may make the group, in every hierarchy.
    public var canBeMade: Bool {
        directories.allSatisfy { directory in
            var path = directory.path
            while path != directory.mountPoint, !FileSystem.exists(path) { path = FileSystem.split(path).directory }
            return access(path, W_OK) == 0
        }
    }

    /// Whether the group is there in at least one hierarchy.
    public var exists: Bool { directories.contains { FileSystem.exists($0.path) } }
}
