import OCISpec
import PodSpec

/// The limits of a pod as a whole, in the kernel's terms.
public struct PodCgroupLimits: Sendable, Hashable {
    /// cpu.shares of v1 (2…262144); the room converts it for v2.
    public var cpuShares: UInt64?
    /// Microseconds in each `cpuPeriod`; nil for no limit.
    public var cpuQuota: Int64?
    public var cpuPeriod: UInt64?
    /// Bytes; nil for no limit.
    public var memoryLimit: Int64?
    /// How many containers there may be at a time, each with a process that looks after it.
    public var containerCount = 0
    /// Which part of the tree a new pod has its cgroup in.
    public var qualityOfService = Pod.QualityOfService.guaranteed
    /// How many processes and threads there may be; nil for no limit.
    public var pidsLimit: Int64?
    /// Bytes that are not taken away; of version 2 only.
    public var memoryMinimum: Int64?
    /// Bytes by the kernel's name of the page size: `2MB`.
    public var hugepages: [String: Int64] = [:]

    public init(
        cpuShares: UInt64? = nil,
        cpuQuota: Int64? = nil,
        cpuPeriod: UInt64? = nil,
        memoryLimit: Int64? = nil
    ) {
        self.cpuShares = cpuShares
        self.cpuQuota = cpuQuota
        self.cpuPeriod = cpuPeriod
        self.memoryLimit = memoryLimit
    }
}

/// The cgroup of a pod, in which its containers have theirs.
public protocol PodCgrouping: Sendable {
    /// `/swiftlet/pod<uid>/<container id>`: the `cgroupsPath` of a container's bundle. The same for as long as the pod has its
    /// cgroup.
    func containerPath(podUID: String, containerID: String) -> String

    /// Makes it and sets its limits; one that is there already gets the limits.
    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure)

    /// Takes note of a pod whose cgroup an earlier agent made.
    func adopt(podUID: String, limits: PodCgroupLimits) async

    /// Sets other limits for cpu and memory; what is nil has no limit any more.
    func update(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure)

    /// Sets the figures of a container that runs, in the cgroup that `containerPath` names.
    func update(containerPath: String, resources: RuntimeSpec.Linux.Resources) async throws(SandboxFailure)

    /// Bytes that a container uses now; nil where nothing counts them.
    func memoryUsage(containerPath: String) async -> Int64?

    /// Memory that could not go at once, in bytes, and processes with their threads; 0 where nothing counts them.
    func consumption(containerPath: String) async -> (memory: Int64, processes: Int64)

    /// The UIDs of pods that have a cgroup here, be they this agent's or another's.
    func podsWithCgroups() async -> Set<String>

    /// Kills what is still inside and removes it with everything below. Nothing there is no failure.
    func remove(podUID: String) async throws(SandboxFailure)
}

extension PodCgrouping {
    public func podsWithCgroups() async -> Set<String> { [] }

    public func consumption(containerPath: String) async -> (memory: Int64, processes: Int64) {
        (memory: await memoryUsage(containerPath: containerPath) ?? 0, processes: 0)
    }
}
