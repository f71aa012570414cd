import CRISpec
import PodEngine
import Usage
import UsageSpec

extension SandboxService {
    // MARK: Containers

    public func containerStats(_ request: CRI.ContainerStatsRequest) async throws(CRI.Failure) -> CRI.ContainerStatsResponse {
        var response = CRI.ContainerStatsResponse()
        response.stats = await stats(of: [try container(request.containerId)]).first
        return response
    }

    public func listContainerStats(
        _ request: CRI.ListContainerStatsRequest
    ) async throws(CRI.Failure) -> CRI.ListContainerStatsResponse {
        var response = CRI.ListContainerStatsResponse()
        response.stats = await containerStats(request.filter)
        return response
    }

    public func streamContainerStats(
        _ request: CRI.StreamContainerStatsRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamContainerStatsResponse> {
        Self.stream(await containerStats(request.filter)) { stats in
            var response = CRI.StreamContainerStatsResponse()
            response.containerStats = stats
            return response
        }
    }

    /// Of containers that run; the parts of the filter combine.
    private func containerStats(_ filter: CRI.ContainerStatsFilter?) async -> [CRI.ContainerStats] {
        let filter = filter ?? CRI.ContainerStatsFilter()
        let found = store.containers.filter { container in
            container.state == .containerRunning && container.id.hasPrefix(filter.id)
                && container.record.sandboxID.hasPrefix(filter.podSandboxId)
                && filter.labelSelector.isFulfilled(by: container.config.labels)
        }
        return await stats(of: found)
    }

    func stats(of containers: [SandboxContainer]) async -> [CRI.ContainerStats] {
        // Together: the first time each of them is looked at twice, a moment apart.
        let usages = await rooms.usage.groups(containers.filter { $0.pid != nil }.map(\.record.cgroup))
        var all: [CRI.ContainerStats] = []
        for container in containers {
            var stats = CRI.ContainerStats()
            var attributes = CRI.ContainerAttributes()
            attributes.id = container.id
            attributes.metadata = container.config.metadata
            attributes.labels = container.config.labels
            attributes.annotations = container.config.annotations
            stats.attributes = attributes
            let upper = place(of: container).upper
            stats.writableLayer = .usage(of: upper, await rooms.usage.disk(upper)?.value, at: now)
            if let usage = usages[container.record.cgroup] {
                stats.cpu = CRI.CpuUsage(usage)
                stats.memory = CRI.MemoryUsage(usage)
                stats.swap = CRI.SwapUsage(usage)
                stats.io = CRI.IoUsage(usage)
            }
            all.append(stats)
        }
        return all
    }

    // MARK: Sandboxes

    public func podSandboxStats(_ request: CRI.PodSandboxStatsRequest) async throws(CRI.Failure) -> CRI.PodSandboxStatsResponse {
        var response = CRI.PodSandboxStatsResponse()
        response.stats = await stats(of: try sandbox(request.podSandboxId))
        return response
    }

    public func listPodSandboxStats(
        _ request: CRI.ListPodSandboxStatsRequest
    ) async throws(CRI.Failure) -> CRI.ListPodSandboxStatsResponse {
        var response = CRI.ListPodSandboxStatsResponse()
        response.stats = await sandboxStats(request.filter)
        return response
    }

    public func streamPodSandboxStats(
        _ request: CRI.StreamPodSandboxStatsRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamPodSandboxStatsResponse> {
        Self.stream(await sandboxStats(request.filter)) { stats in
            var response = CRI.StreamPodSandboxStatsResponse()
            response.podSandboxStats = stats
            return response
        }
    }

    private func sandboxStats(_ filter: CRI.PodSandboxStatsFilter?) async -> [CRI.PodSandboxStats] {
        let filter = filter ?? CRI.PodSandboxStatsFilter()
        var stats: [CRI.PodSandboxStats] = []
        for sandbox in store.sandboxes where sandbox.isReady && sandbox.id.hasPrefix(filter.id) {
            guard filter.labelSelector.isFulfilled(by: sandbox.config.labels) else { continue }
            stats.append(await self.stats(of: sandbox))
        }
        return stats
    }

    /// The cgroup of the sandbox as a whole.
    private func cgroup(of sandbox: Sandbox) -> String {
        let path = cgroup(of: "init", in: sandbox.id, sandbox.config)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }

    func stats(of sandbox: Sandbox) async -> CRI.PodSandboxStats {
        var attributes = CRI.PodSandboxAttributes()
        attributes.id = sandbox.id
        attributes.metadata = sandbox.config.metadata
        attributes.labels = sandbox.config.labels
        attributes.annotations = sandbox.config.annotations
        var linux = CRI.LinuxPodSandboxStats()
        if let usage = await rooms.usage.group(cgroup(of: sandbox)) {
            linux.cpu = CRI.CpuUsage(usage)
            linux.memory = CRI.MemoryUsage(usage)
            linux.io = CRI.IoUsage(usage)
            if let count = usage.value.processes?.count {
                var processes = CRI.ProcessUsage()
                processes.timestamp = usage.time.nanosecondsSinceEpoch
                processes.processCount = .of(count)
                linux.process = processes
            }
        }
        let running = store.containers(of: sandbox.id).filter { $0.pid != nil }
        // The counters of a namespace are read by a process in it; without one nothing goes through it.
        if sandbox.options.network != .node, let pid = sandbox.initPid ?? running.first?.pid {
            linux.network = await network(of: pid)
        }
        linux.containers = await self.stats(of: running)
        var stats = CRI.PodSandboxStats()
        stats.attributes = attributes
        stats.linux = linux
        return stats
    }

    private func network(of process: Int32) async -> CRI.NetworkUsage? {
        guard let found = await rooms.usage.network(of: process) else { return nil }
        let interfaces = found.map { usage in
            var interface = CRI.NetworkInterfaceUsage()
            interface.name = usage.name
            interface.rxBytes = .of(usage.received.bytes)
            interface.rxErrors = .of(usage.received.errors)
            interface.txBytes = .of(usage.transmitted.bytes)
            interface.txErrors = .of(usage.transmitted.errors)
            return interface
        }
        var network = CRI.NetworkUsage()
        network.timestamp = now
        network.defaultInterface = interfaces.first { $0.name == "eth0" } ?? interfaces.first
        network.interfaces = interfaces.filter { $0.name != network.defaultInterface?.name }
        return network
    }
}

extension CRI.CpuUsage {
    fileprivate init?(_ usage: Measured<GroupUsage>) {
        guard let used = usage.value.cpu else { return nil }
        self.init()
        timestamp = usage.time.nanosecondsSinceEpoch
        usageCoreNanoSeconds = .of(used.usageNanoseconds)
        usageNanoCores = used.nanocores.map { .of($0) }
        psi = usage.value.pressure?.cpu.map(CRI.PsiStats.init)
    }
}

extension CRI.MemoryUsage {
    fileprivate init?(_ usage: Measured<GroupUsage>) {
        guard let used = usage.value.memory else { return nil }
        self.init()
        timestamp = usage.time.nanosecondsSinceEpoch
        usageBytes = .of(used.usageBytes)
        workingSetBytes = .of(used.workingSetBytes)
        rssBytes = used.rssBytes.map { .of($0) }
        pageFaults = used.pageFaults.map { .of($0) }
        majorPageFaults = used.majorPageFaults.map { .of($0) }
        availableBytes = used.availableBytes.map { .of($0) }
        psi = usage.value.pressure?.memory.map(CRI.PsiStats.init)
    }
}

extension CRI.SwapUsage {
    fileprivate init?(_ usage: Measured<GroupUsage>) {
        guard let used = usage.value.memory?.swapBytes else { return nil }
        self.init()
        timestamp = usage.time.nanosecondsSinceEpoch
        swapUsageBytes = .of(used)
    }
}

extension CRI.IoUsage {
    fileprivate init?(_ usage: Measured<GroupUsage>) {
        guard let pressure = usage.value.pressure?.io else { return nil }
        self.init()
        timestamp = usage.time.nanosecondsSinceEpoch
        psi = CRI.PsiStats(pressure)
    }
}

extension CRI.PsiStats {
    fileprivate init(_ pressure: PressureUsage.Resource) {
        func data(_ line: PressureUsage.Line) -> CRI.PsiData {
            var data = CRI.PsiData()
            data.avg10 = line.average10
            data.avg60 = line.average60
            data.avg300 = line.average300
            data.total = UInt64(clamping: line.totalMicroseconds)
            return data
        }
        self.init()
        some = pressure.some.map(data)
        full = pressure.full.map(data)
    }
}
