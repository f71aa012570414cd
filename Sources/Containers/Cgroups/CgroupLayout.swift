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
        let mounts = try system { () throws(SystemError) in try FileSystem.read("/proc/self/mountinfo") }
        let membership = try system { () throws(SystemError) in try FileSystem.readText("/proc/self/cgroup") }
        return try parse(mountinfo: mounts, membership: membership) { mountPoint in
            // Absent on a kernel without the file's controllers: then there are none.
            (try? FileSystem.readText(mountPoint + "/cgroup.controllers")) ?? ""
        }
    }

    /// Puts the two files of /proc together. `unifiedControllers` reads `cgroup.controllers` at a mount point.
    public static func parse(
        mountinfo: [UInt8],
        membership: String,
        unifiedControllers: (String) -> String
    ) throws(CgroupError) -> CgroupLayout {
        // `9:name=systemd:/path`, `4:memory:/path`, `0::/path`: a line for each hierarchy.
        let lines = membership.split(separator: "\n").map { line in
            line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        }.filter { $0.count == 3 }

        var found: [Hierarchy] = []
        for mount in MountTable.parse(String(decoding: cgroupLines(of: mountinfo), as: UTF8.self)) {
            if mount.type == "cgroup2" {
                guard !found.contains(where: \.isUnified) else { continue }
                let own = lines.first { $0[0] == "0" }?[2] ?? "/"
                found.append(
                    Hierarchy(
                        controllers: unifiedControllers(mount.mountPoint).split(separator: " ").map(String.init),
                        isUnified: true,
                        mountPoint: mount.mountPoint,
                        ownPath: relative(own, to: mount.root)
                    )
                )
            } else if mount.type == "cgroup" {
                let options = Set(mount.superOptions.split(separator: ",").map(String.init))
                guard
                    let line = lines.first(where: { line in
                        line[0] != "0" && line[1].split(separator: ",").allSatisfy { options.contains(String($0)) }
                    })
                else { continue }
                let controllers = line[1].split(separator: ",").map(String.init)
                guard !found.contains(where: { $0.controllers == controllers }) else { continue }
                found.append(
                    Hierarchy(
                        controllers: controllers,
                        isUnified: false,
                        mountPoint: mount.mountPoint,
                        ownPath: relative(line[2], to: mount.root)
                    )
                )
            }
        }
        guard !found.isEmpty else { throw .none }
        return CgroupLayout(hierarchies: found)
    }

    /// The lines that are about cgroups: a host with many containers has thousands of others.
    private static func cgroupLines(of mountinfo: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        let wanted = Array(" - cgroup".utf8)
        for line in mountinfo.split(separator: 0x0A) where contains(line, wanted) {
            kept += line
            kept.append(0x0A)
        }
        return kept
    }

    private static func contains(_ line: ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard line.count >= wanted.count else { return false }
        for start in line.startIndex...(line.endIndex - wanted.count) where line[start] == wanted[0] {
            if line[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }

    /// A mount may show a part of the hierarchy only (`root`); paths below its mount point begin there.
    private static func relative(_ path: String, to root: String) -> String {
        if root == "/" { return path }
        if path == root { return "/" }
        return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
    }
}
