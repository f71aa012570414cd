import Linux

/// The hierarchies of control groups that are mounted, and where the calling process is in them.
public struct CgroupLayout: Sendable, Hashable {
    public enum Mode: String, Sendable, Hashable {
        case v1, v2
        /// Controllers on version 1, and a version 2 hierarchy beside them.
        case hybrid
    }

    /// One mounted hierarchy.
    public struct Hierarchy: Sendable, Hashable {
        /// `memory`, `name=systemd`…; for version 2 those that its root offers.
        public var controllers: [String]
        public var isUnified: Bool
        public var mountPoint: String
        /// The calling process's group, relative to the mount point.
        public var ownPath: String

        public init(controllers: [String], isUnified: Bool, mountPoint: String, ownPath: String = "/") {
            self.controllers = controllers
            self.isUnified = isUnified
            self.mountPoint = mountPoint
            self.ownPath = ownPath
        }
    }

    public var hierarchies: [Hierarchy]

    public init(hierarchies: [Hierarchy]) {
        self.hierarchies = hierarchies
    }

    public var mode: Mode {
        let unified = hierarchies.contains { $0.isUnified }
        return unified ? (hierarchies.count == 1 ? .v2 : .hybrid) : .v1
    }

    /// Every controller that some hierarchy has.
    public var controllers: [String] { hierarchies.flatMap(\.controllers) }

    /// The hierarchies by which systemd tells processes apart; those of controllers only are left out.
    public var trackingOnly: CgroupLayout {
        CgroupLayout(hierarchies: hierarchies.filter { $0.isUnified || $0.controllers.contains("name=systemd") })
    }

    /// What the calling process sees.
    public static func detect() throws(CgroupError) -> CgroupLayout {
        let membership = try system { () throws(SystemError) in try FileSystem.readText("/proc/self/cgroup") }
        var reading = CgroupLayoutReading(membership: membership) { mountPoint in
            // Absent on a kernel without the file's controllers: then there are none.
            (try? FileSystem.readText(mountPoint + "/cgroup.controllers")) ?? ""
        }
        // Hierarchies are mounted at boot: what containers have mounted since is not looked at.
        try system { () throws(SystemError) in
            try MountTable.scan { line in
                if line.type.hasPrefix("cgroup"), let mount = line.entry { reading.take(mount) }
                return !reading.isComplete
            }
        }
        return try reading.layout()
    }

    /// Puts the two files of /proc together. `unifiedControllers` reads `cgroup.controllers` at a mount point.
    public static func parse(
        mountinfo: String,
        membership: String,
        unifiedControllers: @escaping (String) -> String
    ) throws(CgroupError) -> CgroupLayout {
        var reading = CgroupLayoutReading(membership: membership, unifiedControllers: unifiedControllers)
        for mount in MountTable.parse(mountinfo) where !reading.isComplete { reading.take(mount) }
        return try reading.layout()
    }
}

/// Puts a layout together from the mounts, one after the other.
private struct CgroupLayoutReading {
    /// `9:name=systemd:/path`, `4:memory:/path`, `0::/path`: a line for each hierarchy that there is.
    private let lines: [[String]]
    private let unifiedControllers: (String) -> String
    private var found: [CgroupLayout.Hierarchy] = []

    init(membership: String, unifiedControllers: @escaping (String) -> String) {
        lines = membership.split(separator: "\n").map { line in
            line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        }.filter { $0.count == 3 }
        self.unifiedControllers = unifiedControllers
    }

    /// Whether every hierarchy has been found. One that is mounted nowhere in sight never is.
    var isComplete: Bool { found.count == lines.count }

    func layout() throws(CgroupError) -> CgroupLayout {
        guard !found.isEmpty else { throw .none }
        return CgroupLayout(hierarchies: found)
    }

    /// Of a hierarchy that is mounted more than once the first one counts.
    mutating func take(_ mount: MountEntry) {
        if mount.type == "cgroup2" {
            guard !found.contains(where: \.isUnified) else { return }
            found.append(
                .init(
                    controllers: unifiedControllers(mount.mountPoint).split(separator: " ").map(String.init),
                    isUnified: true,
                    mountPoint: mount.mountPoint,
                    ownPath: Self.relative(lines.first { $0[0] == "0" }?[2] ?? "/", to: mount.root)
                )
            )
        } else if mount.type == "cgroup" {
            let options = Set(mount.superOptions.split(separator: ",").map(String.init))
            let line = lines.first { line in
                line[0] != "0" && line[1].split(separator: ",").allSatisfy { options.contains(String($0)) }
            }
            guard let line else { return }
            let controllers = line[1].split(separator: ",").map(String.init)
            guard !found.contains(where: { $0.controllers == controllers }) else { return }
            found.append(
                .init(
                    controllers: controllers,
                    isUnified: false,
                    mountPoint: mount.mountPoint,
                    ownPath: Self.relative(line[2], to: mount.root)
                )
            )
        }
    }

    /// A mount may show a part of the hierarchy only (`root`); paths below its mount point begin there.
    private static func relative(_ path: String, to root: String) -> String {
        if root == "/" { return path }
        if path == root { return "/" }
        return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
    }
}
