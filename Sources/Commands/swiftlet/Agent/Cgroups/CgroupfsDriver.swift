import Cgroups
import Glibc
import Linux
import OCISpec
import PodEngine
import Systemd

/// Cgroups made by ourselves: `<parent>/pod<uid>/<container id>`, on every version.
struct CgroupfsDriver: Sendable {
    let parent: String
    let layout: CgroupLayout

    func path(podUID: String) -> String { "\(parent)/pod\(podUID)" }

    /// Whether the pod has its cgroup from this driver. A path that names no group has none.
    func hasCgroup(podUID: String) -> Bool { (try? Cgroup(path: path(podUID: podUID), in: layout))?.exists ?? false }

    /// What could not be applied.
    func create(_ path: String, _ limits: PodCgroupLimits) throws -> [String] {
        var resources = RuntimeSpec.Linux.Resources()
        if limits.cpuShares != nil || limits.cpuQuota != nil {
            var cpu = RuntimeSpec.Linux.Resources.CPU()
            cpu.shares = limits.cpuShares
            cpu.quota = limits.cpuQuota
            cpu.period = limits.cpuPeriod
            resources.cpu = cpu
        }
        if let bytes = limits.memoryLimit {
            var memory = RuntimeSpec.Linux.Resources.Memory()
            memory.limit = bytes
            resources.memory = memory
        }
        return try Cgroup(path: path, in: layout).create(resources: resources)
    }

    func remove(_ path: String) throws {
        try Cgroup(path: path, in: layout).removeTree()
        try removeParentIfEmpty()
    }

    func removeAll() throws { try Cgroup(path: parent, in: layout).removeTree() }

    /// On a machine of systemd's the monitors have a cgroup of their own beside the pods. Where nobody looks at the agent's
    /// cgroup they stay in it: a start costs a few calls less.
    var placement: MonitorPlacement {
        MonitorPlacement(cgroup: ServiceManager.isSystemBooted ? monitors : nil)
    }

    private var monitors: String { "\(parent)/monitors" }

    private func removeParentIfEmpty() throws {
        let folders = try [monitors, parent].flatMap { try Cgroup(path: $0, in: layout).directories }
        for folder in folders {
            // EBUSY and ENOTEMPTY: other pods have theirs in it.
            do throws(SystemError) { try FileSystem.removeDirectory(folder.path) } catch {
                guard error.errno == EBUSY || error.errno == ENOTEMPTY else { throw error }
            }
        }
    }
}
