import AgentAPI
import JSONCoding
import UsageSpec

/// `/stats/summary`: the kubelet's Summary (k8s.io/kubelet/pkg/apis/stats/v1alpha1).
public enum StatsSummary {
    public static func document(_ pods: [PodStats], node: NodeStats) -> JSONNode {
        [
            "node": self.node(node),
            "pods": JSONNode(.array(pods.filter { $0.usage != nil }.map { pod($0, fileSystem: node.fileSystem) })),
        ]
    }

    private static func node(_ node: NodeStats) -> JSONNode {
        object([
            ("nodeName", JSONNode(node.hostname)),
            ("startTime", JSONNode(node.bootedAt)),
            ("cpu", cpu(node.usage.cpu, at: node.time)),
            ("memory", memory(node.usage.memory, at: node.time)),
            ("network", network(node.network, at: node.time)),
            ("fs", node.fileSystem.map { fileSystem($0, used: nil, at: node.time) }),
            ("runtime", node.imageFileSystem.map { ["imageFs": fileSystem($0, used: nil, at: node.time)] }),
            ("rlimit", processes(node.usage.processes, at: node.time)),
            ("swap", swap(node.usage.memory, at: node.time)),
        ])
    }

    private static func pod(_ pod: PodStats, fileSystem disk: FileSystemUsage?) -> JSONNode {
        let written = pod.containers.reduce(FolderUsage(usedBytes: 0, usedInodes: 0)) { sum, container in
            [container.rootfs, container.logs].compactMap { $0 }.reduce(sum, +)
        }
        let total = (pod.volumes ?? []).filter { $0.claim == nil }.map(\.usage).reduce(written, +)
        let isCounted = pod.containers.contains { $0.rootfs != nil }
        return object([
            ("podRef", ["name": JSONNode(pod.name), "namespace": JSONNode(pod.namespace), "uid": JSONNode(pod.uid)]),
            ("startTime", pod.startedAt.map { JSONNode($0) }),
            ("containers", JSONNode(.array(pod.containers.map { container($0, of: pod, fileSystem: disk) }))),
            ("cpu", cpu(pod.usage?.cpu, at: pod.time)),
            ("memory", memory(pod.usage?.memory, at: pod.time)),
            ("network", pod.network.flatMap { network($0, at: pod.time) }),
            ("volume", pod.volumes.map { JSONNode(.array($0.map { volume($0, of: pod, fileSystem: disk) })) }),
            ("ephemeral-storage", isCounted ? disk.map { fileSystem($0, used: total, at: pod.time) } : nil),
            ("process_stats", pod.usage?.processes.map { ["process_count": JSONNode($0.count)] }),
            ("swap", swap(pod.usage?.memory, at: pod.time)),
        ])
    }

    private static func container(_ container: PodStats.Container, of pod: PodStats, fileSystem disk: FileSystemUsage?) -> JSONNode {
        object([
            ("name", JSONNode(container.name)),
            ("startTime", container.startedAt.map { JSONNode($0) }),
            ("cpu", cpu(container.usage.cpu, at: pod.time)),
            ("memory", memory(container.usage.memory, at: pod.time)),
            ("rootfs", container.rootfs.flatMap { used in disk.map { fileSystem($0, used: used, at: pod.time) } }),
            ("logs", container.logs.flatMap { used in disk.map { fileSystem($0, used: used, at: pod.time) } }),
            ("swap", swap(container.usage.memory, at: pod.time)),
        ])
    }

    private static func volume(_ volume: PodStats.Volume, of pod: PodStats, fileSystem disk: FileSystemUsage?) -> JSONNode {
        var members = [JSONNode.Member(key: "name", value: JSONNode(volume.name))]
        if let claim = volume.claim {
            let reference: JSONNode = ["name": JSONNode(claim), "namespace": JSONNode(pod.namespace)]
            members.append(.init(key: "pvcRef", value: reference))
        }
        if let disk { members += fileSystem(disk, used: volume.usage, at: pod.time).members ?? [] }
        return JSONNode(.object(members))
    }

    private static func cpu(_ cpu: GroupUsage.CPU?, at time: String) -> JSONNode? {
        cpu.map { cpu in
            object([
                ("time", JSONNode(time)),
                ("usageNanoCores", cpu.nanocores.map { JSONNode($0) }),
                ("usageCoreNanoSeconds", JSONNode(cpu.usageNanoseconds)),
            ])
        }
    }

    private static func memory(_ memory: GroupUsage.Memory?, at time: String) -> JSONNode? {
        memory.map { memory in
            object([
                ("time", JSONNode(time)),
                ("availableBytes", memory.availableBytes.map { JSONNode($0) }),
                ("usageBytes", JSONNode(memory.usageBytes)),
                ("workingSetBytes", JSONNode(memory.workingSetBytes)),
                ("rssBytes", memory.rssBytes.map { JSONNode($0) }),
                ("pageFaults", memory.pageFaults.map { JSONNode($0) }),
                ("majorPageFaults", memory.majorPageFaults.map { JSONNode($0) }),
            ])
        }
    }

    private static func swap(_ memory: GroupUsage.Memory?, at time: String) -> JSONNode? {
        memory?.swapBytes.map { ["time": JSONNode(time), "swapUsageBytes": JSONNode($0)] }
    }

    private static func processes(_ processes: GroupUsage.Processes?, at time: String) -> JSONNode? {
        processes.map { processes in
            object([
                ("time", JSONNode(time)), ("maxpid", processes.limit.map { JSONNode($0) }),
                ("curproc", JSONNode(processes.count)),
            ])
        }
    }

    /// The default interface's figures stand beside the list, as the kubelet has it.
    private static func network(_ interfaces: [InterfaceUsage], at time: String) -> JSONNode? {
        guard let first = interfaces.first(where: { $0.name == "eth0" }) ?? interfaces.first else { return nil }
        func members(_ interface: InterfaceUsage) -> [JSONNode.Member] {
            [
                .init(key: "name", value: JSONNode(interface.name)),
                .init(key: "rxBytes", value: JSONNode(interface.received.bytes)),
                .init(key: "rxErrors", value: JSONNode(interface.received.errors)),
                .init(key: "txBytes", value: JSONNode(interface.transmitted.bytes)),
                .init(key: "txErrors", value: JSONNode(interface.transmitted.errors)),
            ]
        }
        let all = JSONNode(.array(interfaces.map { JSONNode(.object(members($0))) }))
        return JSONNode(.object([.init(key: "time", value: JSONNode(time))] + members(first) + [.init(key: "interfaces", value: all)]))
    }

    private static func fileSystem(_ disk: FileSystemUsage, used: FolderUsage?, at time: String) -> JSONNode {
        let inodesUsed = used?.usedInodes ?? max(0, disk.inodes - disk.freeInodes)
        return object([
            ("time", JSONNode(time)),
            ("availableBytes", JSONNode(disk.availableBytes)),
            ("capacityBytes", JSONNode(disk.capacityBytes)),
            ("usedBytes", JSONNode(used?.usedBytes ?? max(0, disk.capacityBytes - disk.availableBytes))),
            ("inodesFree", JSONNode(disk.freeInodes)),
            ("inodes", JSONNode(disk.inodes)),
            ("inodesUsed", JSONNode(inodesUsed)),
        ])
    }

    private static func object(_ members: [(String, JSONNode?)]) -> JSONNode {
        JSONNode(.object(members.compactMap { key, value in value.map { JSONNode.Member(key: key, value: $0) } }))
    }
}
