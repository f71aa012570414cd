import AgentAPI
import AgentConfiguration
import Cgroups
import Glibc
import Linux
import PodEngine

extension EngineConfiguration {
    /// The engine's settings on this machine.
    ///
    /// - Parameter backoffBase: the first delay of crash-loop and pull back-off; 10 s as in Kubernetes where it is nil.
    init(paths: AgentPaths, manifests: String, node: SystemInfo.Node, backoffBase: Duration?) throws(SystemError) {
        let kernel = node.kernel.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        self.init(
            directories: Directories(
                manifests: manifests,
                state: paths.root,
                run: paths.runRoot,
                logs: paths.logRoot,
                seccompProfiles: "\(paths.root)/seccomp"
            ),
            node: Node(
                name: node.hostname,
                addresses: try HostAddresses.list(),
                memoryBytes: node.memoryBytes,
                kernelMajor: kernel.first ?? 0,
                kernelMinor: kernel.dropFirst().first ?? 0
            )
        )
        // Containers get an oom_score_adj only where it is above ours: lowering needs CAP_SYS_RESOURCE.
        self.node.oomScoreAdjustment = Int(try FileSystem.readText("/proc/self/oom_score_adj")) ?? 0
        var storage = statvfs()
        // The folder is made later; its file system is that of what is there of its path.
        var folder = paths.root
        while statvfs(folder, &storage) != 0, errno == ENOENT, folder != "/" { folder = FileSystem.split(folder).directory }
        self.node.storageBytes = Int64(storage.f_blocks) * Int64(storage.f_frsize)
        if let backoffBase {
            // The same shape at another pace: 5 minutes are 30 times the first delay, 10 minutes 60 times.
            for policy in [\BackoffPolicies.crash, \.imagePull] {
                backoffs[keyPath: policy].initial = backoffBase
                backoffs[keyPath: policy].maximum = backoffBase * 30
                backoffs[keyPath: policy].resetAfter = backoffBase * 60
            }
        }
    }
}

extension EngineConfiguration.Resources {
    /// What the machine has, and what the settings make of it.
    init(_ settings: AgentSettings, layout: CgroupLayout, cpus: Int) throws(SystemError) {
        self.init()
        milliCPU = Int64(cpus) * 1000
        let memory = layout.hierarchies.first { $0.isUnified && $0.controllers.contains("memory") }
        isUnified = memory != nil
        limitsSwap = settings.swapBehavior == .limited
        servesMemoryQoS = settings.memoryQoS
        podPidsLimit = settings.podPidsLimit
        // kB, as proc_meminfo(5) has them.
        for line in try FileSystem.readText("/proc/meminfo").split(separator: "\n") where line.hasPrefix("SwapTotal:") {
            let words = line.split(separator: " ")
            swapBytes = words.count > 1 ? (Int64(words[1]) ?? 0) * 1024 : 0
        }
        // A kernel that does not account swap has no file for it; the root group has none in any case.
        if let memory, memory.ownPath != "/",
            !FileSystem.exists("\(memory.mountPoint)\(memory.ownPath)/memory.swap.max")
        {
            swapBytes = 0
        }
        hugepageSizes = try Self.hugepageSizes()
    }

    /// `hugepages-2048kB` with more than none in it.
    private static func hugepageSizes() throws(SystemError) -> [HugepageSize] {
        let folder = "/sys/kernel/mm/hugepages"
        guard FileSystem.exists(folder) else { return [] }
        var sizes: [HugepageSize] = []
        for name in try FileSystem.list(folder).sorted() {
            guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
                let size = Int64(name.dropFirst(10).dropLast(2)),
                try FileSystem.readText("\(folder)/\(name)/nr_hugepages") != "0"
            else { continue }
            sizes.append(HugepageSize(bytes: size * 1024))
        }
        return sizes
    }
}

extension EngineConfiguration {
    /// What of the configuration is the engine's alone.
    mutating func take(_ settings: AgentSettings) {
        eviction = EvictionPolicy(settings)
        deadAttempts.perContainer = Int(settings.maximumDeadContainersPerContainer)
        deadAttempts.inAll = settings.maximumDeadContainers.map { Int($0) }
        deadAttempts.minimumAge = settings.minimumContainerTTL
        // The kubelet's figure.
        garbagePeriod = .seconds(60)
        logSizeLimit = settings.containerLogMaxSize
        logKeptFiles = Int(settings.containerLogMaxFiles) - 1
        compressesLogs = settings.containerLogCompress
        logBlockLimit = settings.containerLogBlockLimit
        imageGarbage.highPercent = settings.imageGCHighThresholdPercent
        imageGarbage.lowPercent = settings.imageGCLowThresholdPercent
        imageGarbage.minimumAge = settings.imageMinimumGCAge
        imageGarbage.maximumAge = settings.imageMaximumGCAge > .zero ? settings.imageMaximumGCAge : nil
        criticalHaltReserve = settings.shutdownGracePeriodCriticalPods
        allowedUnsafeSysctls = settings.allowedUnsafeSysctls
        runtimes = settings.runtimes
    }
}

/// The addresses of the host that pods may be told.
enum HostAddresses {
    /// Global addresses of interfaces that are up, IPv4 first (getifaddrs(3)); loopback where there is no other.
    static func list() throws(SystemError) -> [String] {
        var first: UnsafeMutablePointer<ifaddrs>?
        try retrying("getifaddrs") { getifaddrs(&first) }
        defer { freeifaddrs(first) }
        var found: [(family: Int32, text: String)] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ifa_next
            let flags = Int32(bitPattern: entry.ifa_flags)
            guard let address = entry.ifa_addr, flags & Int32(IFF_UP) != 0,
                flags & Int32(IFF_LOOPBACK) == 0
            else { continue }
            let family = Int32(address.pointee.sa_family)
            guard family == AF_INET || family == AF_INET6 else { continue }
            let length = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            guard
                getnameinfo(
                    address, socklen_t(length), &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST) == 0
            else { continue }
            let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // A link-local address means nothing without its link.
            if !text.contains("%") { found.append((family, text)) }
        }
        let ordered = found.filter { $0.family == AF_INET } + found.filter { $0.family == AF_INET6 }
        return ordered.isEmpty ? ["127.0.0.1"] : ordered.map(\.text)
    }
}
