import Cgroups
import Glibc
import Linux
import PodEngine
import PodSpec
import Systemd

/// Cgroups made by systemd, of which there is one writer: a slice a pod, and in it a scope a container.
///
///     swiftlet.slice/swiftlet-pod<uid>.slice/swiftlet-<container id>.scope/{monitor,container}
///     swiftlet.slice/swiftlet-burstable.slice/swiftlet-burstable-pod<uid>.slice/…
///     swiftlet.slice/swiftlet-besteffort.slice/swiftlet-besteffort-pod<uid>.slice/…
///
/// Guaranteed pods, and those of the first agents, have theirs beside the two classes, as in the kubelet's tree.
/// The scope is delegated: what is below it is ours. It begins with the monitor as its process and ends with it, so that a
/// unit is left exactly as long as there is something to look after.
struct SystemdDriver: Sendable {
    let parent: SliceName
    let layout: CgroupLayout
    let units = UnitManager()
    /// The agent's own unit, where it has one.
    let service = ServiceManager.ownUnit

    /// What a monitor may need beside the pod's limit, in whose slice it lives: bytes.
    private static let monitorMemory: UInt64 = 4 << 20

    /// Where a new pod of a class has its slice. Nil for a UID that no manifest can have, of which there is no pod.
    func slice(podUID: String, _ service: Pod.QualityOfService) -> SliceName? {
        try? (classSlice(service) ?? parent).child("pod\(podUID)")
    }

    /// The slice of the pod, if it has one.
    func slice(podUID: String) -> SliceName? {
        [Pod.QualityOfService.bestEffort, .burstable, .guaranteed].lazy.compactMap { slice(podUID: podUID, $0) }.first {
            (try? Cgroup(path: $0.path, in: layout))?.exists ?? false
        }
    }

    /// The UIDs of pods that have a slice in any class. Of derived UIDs only: a slice's name does not tell dashes from underscores,
    /// and only those are known to have none.
    func podUIDs() throws -> Set<String> {
        var uids: Set<String> = []
        for service in [Pod.QualityOfService.guaranteed, .burstable, .bestEffort] {
            let parent = classSlice(service) ?? parent
            let prefix = "\(parent.description.dropLast(".slice".count))-pod"
            guard let folder = try Cgroup(path: parent.path, in: layout).directories.first(where: { FileSystem.exists($0.path) })
            else { continue }
            for name in try FileSystem.list(folder.path) where name.hasPrefix(prefix) && name.hasSuffix(".slice") {
                uids.insert(String(name.dropFirst(prefix.count).dropLast(".slice".count).map { $0 == "_" ? "-" : $0 }))
            }
        }
        return uids.filter(PodIdentity.isDerived)
    }

    private func classSlice(_ service: Pod.QualityOfService) -> SliceName? {
        switch service {
        case .guaranteed: nil
        // Neither name has a character that a slice's must not have.
        case .burstable: try? parent.child("burstable")
        case .bestEffort: try? parent.child("besteffort")
        }
    }

    func containerPath(_ slice: SliceName, id: String) -> String { "\(slice.path)/swiftlet-\(id).scope/container" }

    func create(_ slice: SliceName, _ limits: PodCgroupLimits, classShares: UInt64?) async throws {
        try await weigh(limits.qualityOfService, classShares)
        var properties: [TransientUnit.Property] = [
            .init("Description", .text("swiftlet pod \(slice)")),
            .init("TasksMax", .number(limits.pidsLimit.map(UInt64.init) ?? TransientUnit.infinity)),
        ]
        if let minimum = limits.memoryMinimum { properties.append(.init("MemoryMin", .number(UInt64(minimum)))) }
        if let shares = limits.cpuShares {
            properties.append(.init("CPUWeight", .number(CPUWeight(shares: shares).value)))
        }
        if let quota = limits.cpuQuota, quota > 0, let period = limits.cpuPeriod, period > 0 {
            // Microseconds in each second.
            let (product, overflow) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
            properties.append(
                .init("CPUQuotaPerSecUSec", .number(overflow ? TransientUnit.infinity : product / period))
            )
            properties.append(.init("CPUQuotaPeriodUSec", .number(period)))
        }
        if let memory = limits.memoryLimit, memory > 0 {
            let monitors = Self.monitorMemory * UInt64(limits.containerCount)
            properties.append(.init("MemoryMax", .number(UInt64(memory) + monitors)))
        }
        try await units.start(TransientUnit(name: slice.description, properties: properties))
    }

    /// Sets cpu and memory of a pod that has its slice; what is nil has no limit any more.
    func update(_ slice: SliceName, _ limits: PodCgroupLimits, classShares: UInt64?) async throws {
        try await weigh(limits.qualityOfService, classShares)
        var properties: [TransientUnit.Property] = []
        if let shares = limits.cpuShares {
            properties.append(.init("CPUWeight", .number(CPUWeight(shares: shares).value)))
        }
        var perSecond = TransientUnit.infinity
        if let quota = limits.cpuQuota, quota > 0, let period = limits.cpuPeriod, period > 0 {
            let (product, overflow) = UInt64(quota).multipliedReportingOverflow(by: 1_000_000)
            if !overflow { perSecond = product / period }
            properties.append(.init("CPUQuotaPeriodUSec", .number(period)))
        }
        properties.append(.init("CPUQuotaPerSecUSec", .number(perSecond)))
        let monitors = Self.monitorMemory * UInt64(limits.containerCount)
        let memory = limits.memoryLimit.map { UInt64($0) + monitors } ?? TransientUnit.infinity
        properties.append(.init("MemoryMax", .number(memory)))
        if let minimum = limits.memoryMinimum { properties.append(.init("MemoryMin", .number(UInt64(minimum)))) }
        try await units.set(properties, of: slice.description)
    }

    /// Gives a class its part of the processors beside the others.
    private func weigh(_ service: Pod.QualityOfService, _ shares: UInt64?) async throws {
        guard let shares, let slice = classSlice(service) else { return }
        try await units.start(
            TransientUnit(
                name: slice.description,
                properties: [
                    .init("Description", .text("swiftlet pods: \(service.rawValue)")),
                    .init("TasksMax", .number(TransientUnit.infinity)),
                    .init("CPUWeight", .number(CPUWeight(shares: shares).value)),
                ]
            )
        )
    }

    /// Kills what is inside at once (its containers have had their time) and lets systemd take the slice away.
    func remove(_ slice: SliceName) async throws {
        let cgroup = try Cgroup(path: slice.path, in: layout)
        if cgroup.exists { try cgroup.killAll() }
        try await units.stop(slice.description)
        // One that systemd does not know of: made by a monitor whose agent was killed at the wrong moment.
        try cgroup.removeTree()
    }

    func removeAll() async throws { try await remove(parent) }

    /// The place of the monitor of a container whose cgroup is `containerPath`.
    func placement(of containerPath: String) -> MonitorPlacement {
        // …/<slice>/<scope>/container
        let components = containerPath.split(separator: "/").map(String.init)
        guard components.count >= 3 else { return MonitorPlacement() }
        let (slice, scope) = (components[components.count - 3], components[components.count - 2])
        let folder = "/" + components.dropLast().joined(separator: "/")
        return MonitorPlacement(cgroup: "\(folder)/monitor") { [units, service] pid in
            let description = "swiftlet container \(scope)"
            try await units.start(Self.scope(scope, description, in: slice, beginningWith: pid, before: service))
        }
    }

    /// Gives the name server a scope of its own beside the pods; its pid makes the name one that no earlier server has.
    func place(nameServer pid: Int32) async throws {
        let scope = "swiftlet-names-\(pid).scope"
        guard try !FileSystem.readText("/proc/\(pid)/cgroup").contains("/\(scope)") else { return }
        let description = "names of swiftlet's networks"
        try await units.start(Self.scope(scope, description, in: "\(parent)", beginningWith: pid, before: service))
    }

    private static func scope(
        _ name: String,
        _ description: String,
        in slice: String,
        beginningWith pid: Int32,
        before service: String?
    ) -> TransientUnit {
        var properties: [TransientUnit.Property] = [
            .init("Description", .text(description)),
            .init("Slice", .text(slice)),
            .init("PIDs", .processes([pid])),
            .init("Delegate", .flag(true)),
            .init("TasksMax", .number(TransientUnit.infinity)),
            .init("CollectMode", .text("inactive-or-failed")),
        ]
        // When the machine goes down units end in the reverse of this order: the agent first, which ends its pods in good
        // order, and only then what is left of them.
        if let service { properties.append(.init("Before", .texts([service]))) }
        return TransientUnit(name: name, properties: properties)
    }
}
