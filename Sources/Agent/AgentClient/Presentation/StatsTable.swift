import AgentAPI
import UsageSpec

/// The tables of `swiftlet top` where nobody sits at a terminal.
public enum StatsTable {
    public static func pods(_ pods: [PodStats], showsNamespace: Bool) -> String {
        let columns = ["NAME", "CPU(cores)", "MEMORY(bytes)", "PIDS", "NET RX", "NET TX"]
        var table = TextTable(columns: (showsNamespace ? ["NAMESPACE"] : []) + columns)
        return table.render(pods.map { pod in
            let received = pod.network.map { $0.reduce(Int64(0)) { $0 + $1.received.bytes } }
            let transmitted = pod.network.map { $0.reduce(Int64(0)) { $0 + $1.transmitted.bytes } }
            return (showsNamespace ? [pod.namespace] : []) + [
                pod.name, UsageText.cpu(pod.usage?.cpu?.nanocores), UsageText.memory(pod.usage?.memory?.workingSetBytes),
                count(pod.usage?.processes?.count), received.map(HumanBytes.text) ?? "-",
                transmitted.map(HumanBytes.text) ?? "-",
            ]
        })
    }

    public static func containers(_ pods: [PodStats], showsNamespace: Bool) -> String {
        let columns = ["POD", "NAME", "CPU(cores)", "MEMORY(bytes)", "LIMIT", "PIDS", "RESTARTS"]
        var table = TextTable(columns: (showsNamespace ? ["NAMESPACE"] : []) + columns)
        return table.render(pods.flatMap { pod in
            pod.containers.map { container in
                let memory = container.usage.memory
                return (showsNamespace ? [pod.namespace] : []) + [
                    pod.name, container.name, UsageText.cpu(container.usage.cpu?.nanocores),
                    UsageText.memory(memory?.workingSetBytes), UsageText.memory(memory?.limitBytes),
                    count(container.usage.processes?.count), "\(container.restarts)",
                ]
            }
        })
    }

    public static func node(_ node: NodeStats) -> String {
        var table = TextTable(columns: ["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)", "LOAD", "THREADS"])
        let (cpu, memory) = (node.usage.cpu, node.usage.memory)
        return table.render([[
            node.hostname, UsageText.cpu(cpu?.nanocores), UsageText.percent(cpu?.nanocores, of: node.capacityNanocores),
            UsageText.memory(memory?.workingSetBytes), UsageText.percent(memory?.workingSetBytes, of: memory?.limitBytes),
            node.load.map { "\($0)" }.joined(separator: " "), count(node.usage.processes?.count),
        ]])
    }

    private static func count(_ number: Int64?) -> String { number.map { "\($0)" } ?? "-" }
}
