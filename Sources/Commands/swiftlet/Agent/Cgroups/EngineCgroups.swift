import AgentConfiguration
import Cgroups
import Linux
import Logging
import OCISpec
import PodEngine
import PodSpec
import Systemd

/// The engine's cgroups, made by the driver that the agent was told to use.
///
/// A pod stays with the driver that made its cgroup: an agent of another one, or of another version, finds it there and
/// goes on with it.
struct EngineCgroups: PodCgrouping {
    /// Which driver new pods get.
    let driver: CgroupDriver
    private let files: CgroupfsDriver
    private let systemd: SystemdDriver?
    private let logger: Logger
    private let shares = ClassShares()
    /// One thread for all: making a pod's group and removing the empty parent must not overlap.
    private let thread = DedicatedThread(name: "cgroups")

    /// - Parameter parent: `/swiftlet`, or `swiftlet.slice` with systemd's driver; nil for these.
    init(driver: CgroupDriver, parent: String?, layout: CgroupLayout, logger: Logger) throws {
        let driver = try driver.resolved(layout)
        let parent = parent ?? driver.defaultParent
        self.driver = driver
        self.logger = logger
        switch driver {
        case .systemd:
            guard !parent.hasPrefix("/") else { throw CgroupDriverError.parent(parent, wanted: "the name of a slice") }
            systemd = SystemdDriver(parent: try SliceName(parent), layout: layout)
            // Of pods that an agent with the other driver made.
            files = CgroupfsDriver(parent: CgroupDriver.cgroupfs.defaultParent, layout: layout)
        case .cgroupfs, .auto:
            guard parent.hasPrefix("/"), parent != "/", !parent.split(separator: "/").contains("..") else {
                throw CgroupDriverError.parent(parent, wanted: "the path of a cgroup below the root")
            }
            files = CgroupfsDriver(parent: parent, layout: layout)
            if ServiceManager.isSystemBooted && layout.mode == .v2 {
                systemd = SystemdDriver(parent: try SliceName(CgroupDriver.systemd.defaultParent), layout: layout)
            } else {
                systemd = nil
            }
        }
    }

    func containerPath(podUID: String, containerID: String) -> String {
        switch place(of: podUID, shares.service(of: podUID) ?? .guaranteed) {
        case .slice(let systemd, let slice): systemd.containerPath(slice, id: containerID)
        case .path(let path): "\(path)/\(containerID)"
        }
    }

    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
        let classShares = shares.set(podUID, limits)
        switch place(of: podUID, limits.qualityOfService) {
        case .slice(let systemd, let slice):
            try await failing { try await systemd.create(slice, limits, classShares: classShares) }
        case .path(let path):
            let missed = try await failing {
                try await thread.run { [files] in try files.create(path, limits, classShares: classShares) }
            }
            for limit in missed { logger.warning("\(limit)", metadata: ["pod-uid": "\(podUID)"]) }
        }
    }

    func adopt(podUID: String, limits: PodCgroupLimits) async { _ = shares.set(podUID, limits) }

    func update(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
        let classShares = shares.set(podUID, limits)
        switch place(of: podUID, limits.qualityOfService) {
        case .slice(let systemd, let slice):
            try await failing { try await systemd.update(slice, limits, classShares: classShares) }
        case .path(let path):
            try await failing {
                try await thread.run { [files] in try files.update(path, limits, classShares: classShares) }
            }
        }
    }

    /// A container's cgroup is ours with either driver: what is below a scope is delegated.
    func update(
        containerPath: String,
        resources: RuntimeSpec.Linux.Resources
    ) async throws(SandboxFailure) {
        let missed = try await failing {
            try await thread.run { [files] in try Cgroup(path: containerPath, in: files.layout).apply(resources) }
        }
        for limit in missed { logger.warning("\(limit)", metadata: ["cgroup": "\(containerPath)"]) }
    }

    func memoryUsage(containerPath: String) async -> Int64? {
        // A group that cannot be named or has just gone uses nothing.
        try? await thread.run { [files] in
            try Cgroup(path: containerPath, in: files.layout).statistics().memoryBytes.map { Int64(clamping: $0) }
        }
    }

    func consumption(containerPath: String) async -> (memory: Int64, processes: Int64) {
        // A group that cannot be named or has just gone uses nothing.
        let found = try? await thread.run { [files] in try Cgroup(path: containerPath, in: files.layout).statistics() }
        return (
            memory: found?.workingSetBytes.map { Int64(clamping: $0) } ?? 0,
            processes: found?.processCount.map { Int64(clamping: $0) } ?? 0
        )
    }

    func podsWithCgroups() async -> Set<String> {
        do {
            return try await thread.run { [files, systemd] in try files.podUIDs().union(systemd?.podUIDs() ?? []) }
        } catch {
            logger.warning("cgroups of pods: \(error)")
            return []
        }
    }

    func remove(podUID: String) async throws(SandboxFailure) {
        shares.forget(podUID)
        try await failing {
            for (systemd, slice) in slices(of: podUID) { try await systemd.remove(slice) }
            let path = files.path(podUID: podUID) ?? files.path(podUID: podUID, .guaranteed)
            try await thread.run { [files] in try files.remove(path) }
        }
    }

    /// Removes the parents with everything below them: the end of all pods.
    func removeAll() async throws(SandboxFailure) {
        try await failing {
            if let systemd { try await systemd.removeAll() }
            try await thread.run { [files] in try files.removeAll() }
        }
    }

    /// Where the monitor of a container belongs.
    func placement(containerPath: String) -> MonitorPlacement {
        if let systemd, containerPath.hasPrefix("\(systemd.parent.path)/") {
            return systemd.placement(of: containerPath)
        }
        return files.placement
    }

    /// Moves the name server out of the agent's own unit, where there is one; one that is there already stays.
    func place(nameServer pid: Int32) async throws {
        guard ServiceManager.isSystemBooted else { return }
        if driver == .systemd, let systemd {
            try await systemd.place(nameServer: pid)
        } else if let cgroup = files.placement.cgroup {
            try await thread.run { [files] in
                let group = try Cgroup(path: cgroup, in: files.layout)
                try group.createForTracking()
                try group.add(pid)
            }
        }
    }

    /// The slices that a pod has or may have: systemd may know of one without a cgroup.
    private func slices(of podUID: String) -> [(SystemdDriver, SliceName)] {
        guard let systemd else { return [] }
        if let slice = systemd.slice(podUID: podUID) { return [(systemd, slice)] }
        guard driver == .systemd else { return [] }
        return [Pod.QualityOfService.guaranteed, .burstable, .bestEffort].compactMap { service in
            systemd.slice(podUID: podUID, service).map { (systemd, $0) }
        }
    }

    /// Where a pod has its cgroup, by the driver that made it, or is to have it.
    private enum Place {
        case path(String)
        case slice(SystemdDriver, SliceName)
    }

    private func place(of podUID: String, _ service: Pod.QualityOfService) -> Place {
        if let path = files.path(podUID: podUID) { return .path(path) }
        if let systemd, let slice = systemd.slice(podUID: podUID) { return .slice(systemd, slice) }
        if driver == .systemd, let systemd, let slice = systemd.slice(podUID: podUID, service) {
            return .slice(systemd, slice)
        }
        return .path(files.path(podUID: podUID, service))
    }

    private func failing<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws(SandboxFailure) -> Result {
        do { return try await body() } catch { throw SandboxFailure(.other, "\(error)") }
    }
}
