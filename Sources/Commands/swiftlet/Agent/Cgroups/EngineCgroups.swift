import AgentConfiguration
import Cgroups
import Linux
import Logging
import PodEngine
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
        if let (systemd, slice) = systemd(for: podUID) { return systemd.containerPath(slice, id: containerID) }
        return "\(files.path(podUID: podUID))/\(containerID)"
    }

    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
        if let (systemd, slice) = systemd(for: podUID) {
            return try await failing { try await systemd.create(slice, limits) }
        }
        let path = files.path(podUID: podUID)
        let missed = try await failing { try await thread.run { [files] in try files.create(path, limits) } }
        for limit in missed { logger.warning("\(limit)", metadata: ["pod-uid": "\(podUID)"]) }
    }

    func remove(podUID: String) async throws(SandboxFailure) {
        let path = files.path(podUID: podUID)
        try await failing {
            if let systemd, let slice = systemd.slice(podUID: podUID) { try await systemd.remove(slice) }
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

    /// systemd's driver and the pod's slice, if the pod is that driver's.
    private func systemd(for podUID: String) -> (SystemdDriver, SliceName)? {
        guard let systemd, let slice = systemd.slice(podUID: podUID) else { return nil }
        switch driver {
        case .systemd: return files.hasCgroup(podUID: podUID) ? nil : (systemd, slice)
        case .cgroupfs, .auto: return systemd.hasCgroup(slice) ? (systemd, slice) : nil
        }
    }

    private func failing<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws(SandboxFailure) -> Result {
        do { return try await body() } catch { throw SandboxFailure(.other, "\(error)") }
    }
}
