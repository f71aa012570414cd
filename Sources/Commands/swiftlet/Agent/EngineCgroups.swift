import Cgroups
import Glibc
import Linux
import Logging
import OCISpec
import PodEngine

/// The engine's cgroups, made by `Cgroups` under one parent.
struct EngineCgroups: PodCgrouping {
    private let parent: String
    private let layout: CgroupLayout
    private let logger: Logger
    /// One thread for all: making a pod's group and removing the empty parent must not overlap.
    private let thread = DedicatedThread(name: "cgroups")

    /// - Parameter parent: `/swiftlet`.
    init(parent: String, layout: CgroupLayout, logger: Logger) {
        self.parent = parent
        self.layout = layout
        self.logger = logger
    }

    func path(podUID: String) -> String { "\(parent)/pod\(podUID)" }

    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
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
        let wanted = resources
        let missed = try await onThread { try Cgroup(path: path(podUID: podUID), in: layout).create(resources: wanted) }
        for limit in missed { logger.warning("\(limit)", metadata: ["pod-uid": "\(podUID)"]) }
    }

    func remove(podUID: String) async throws(SandboxFailure) {
        try await onThread {
            try Cgroup(path: path(podUID: podUID), in: layout).removeTree()
            try removeParentIfEmpty()
        }
    }

    /// Removes the parent with everything below it: the end of all pods.
    func removeAll() async throws(SandboxFailure) {
        try await onThread { try Cgroup(path: parent, in: layout).removeTree() }
    }

    private func removeParentIfEmpty() throws {
        for directory in try Cgroup(path: parent, in: layout).directories {
            // EBUSY and ENOTEMPTY: other pods have theirs in it.
            do throws(SystemError) { try FileSystem.removeDirectory(directory.path) } catch {
                guard error.errno == EBUSY || error.errno == ENOTEMPTY else { throw error }
            }
        }
    }

    private func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws(SandboxFailure) -> Result {
        do {
            return try await thread.run(body)
        } catch {
            throw SandboxFailure(.other, "\(error)")
        }
    }
}
