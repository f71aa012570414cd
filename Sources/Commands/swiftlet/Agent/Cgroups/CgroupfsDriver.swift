import Cgroups
import Glibc
import Linux
import OCISpec
import PodEngine
import PodSpec
import Systemd

/// Cgroups made by ourselves, on every version, by the classes of the kubelet's tree:
///
///     <parent>/pod<uid>/<container id>              guaranteed, and every pod of the first agents
///     <parent>/burstable/pod<uid>/<container id>
///     <parent>/besteffort/pod<uid>/<container id>
struct CgroupfsDriver: Sendable {
    let parent: String
    let layout: CgroupLayout

    /// Where a new pod of a class has its cgroup.
    func path(podUID: String, _ service: Pod.QualityOfService) -> String { "\(folder(of: service))/pod\(podUID)" }

    private func folder(of service: Pod.QualityOfService) -> String {
        switch service {
        case .guaranteed: parent
        case .burstable: "\(parent)/burstable"
        case .bestEffort: "\(parent)/besteffort"
        }
    }

    /// Where the pod has its cgroup, if it has it from this driver. A path that names no group has none.
    func path(podUID: String) -> String? {
        [Pod.QualityOfService.bestEffort, .burstable, .guaranteed].lazy.map { path(podUID: podUID, $0) }.first {
            (try? Cgroup(path: $0, in: layout))?.exists ?? false
        }
    }

    /// What could not be applied.
    ///
    /// - Parameter classShares: cpu shares of the class beside the others; nil where it has none of its own.
    func create(_ path: String, _ limits: PodCgroupLimits, classShares: UInt64?) throws -> [String] {
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
        if let pids = limits.pidsLimit { resources.pids = .init(limit: pids) }
        if !limits.hugepages.isEmpty {
            resources.hugepageLimits = limits.hugepages.sorted { $0.key < $1.key }.map {
                .init(pageSize: $0.key, limit: UInt64($0.value))
            }
        }
        if let minimum = limits.memoryMinimum { resources.unified = ["memory.min": "\(minimum)"] }
        let missed = try Cgroup(path: path, in: layout).create(resources: resources)
        try setShares(of: limits.qualityOfService, classShares, for: path)
        return missed
    }

    /// Sets cpu and memory of a pod that has its cgroup; what is nil has no limit any more.
    func update(_ path: String, _ limits: PodCgroupLimits, classShares: UInt64?) throws {
        var resources = RuntimeSpec.Linux.Resources()
        var cpu = RuntimeSpec.Linux.Resources.CPU()
        cpu.shares = limits.cpuShares
        cpu.quota = limits.cpuQuota ?? -1
        cpu.period = limits.cpuPeriod
        resources.cpu = cpu
        var memory = RuntimeSpec.Linux.Resources.Memory()
        memory.limit = limits.memoryLimit ?? -1
        resources.memory = memory
        if let minimum = limits.memoryMinimum { resources.unified = ["memory.min": "\(minimum)"] }
        _ = try Cgroup(path: path, in: layout).apply(resources)
        try setShares(of: limits.qualityOfService, classShares, for: path)
    }

    /// Pods of the first agents are outside of their class's folder.
    private func setShares(of service: Pod.QualityOfService, _ shares: UInt64?, for path: String) throws {
        let folder = folder(of: service)
        guard let shares, folder != parent, path.hasPrefix("\(folder)/"), layout.controllers.contains("cpu")
        else { return }
        var resources = RuntimeSpec.Linux.Resources()
        var cpu = RuntimeSpec.Linux.Resources.CPU()
        cpu.shares = shares
        resources.cpu = cpu
        _ = try Cgroup(path: folder, in: layout).apply(resources)
    }

    /// The UIDs of pods that have a group in any class.
    func podUIDs() throws -> Set<String> {
        var uids: Set<String> = []
        for service in [Pod.QualityOfService.guaranteed, .burstable, .bestEffort] {
            // One hierarchy is enough: a group is in all of them.
            guard let folder = try Cgroup(path: folder(of: service), in: layout).directories.first(where: { FileSystem.exists($0.path) })
            else { continue }
            uids.formUnion(try FileSystem.list(folder.path).filter { $0.hasPrefix("pod") }.map { String($0.dropFirst(3)) })
        }
        return uids
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
        let all = [folder(of: .burstable), folder(of: .bestEffort), monitors, parent]
        let folders = try all.flatMap { try Cgroup(path: $0, in: layout).directories }
        for folder in folders {
            // EBUSY and ENOTEMPTY: other pods have theirs in it.
            do throws(SystemError) { try FileSystem.removeDirectory(folder.path) } catch {
                guard error.errno == EBUSY || error.errno == ENOTEMPTY else { throw error }
            }
        }
    }
}
