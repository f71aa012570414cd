import AgentAPI

/// The table of `swiftlet get networks`.
public struct NetworkTable: Sendable {
    public let isWide: Bool

    public init(isWide: Bool = false) {
        self.isWide = isWide
    }

    public var columns: [String] {
        ["NAME", "DRIVER", "INTERFACE", "SUBNETS", "PODS", "STATUS"] + (isWide ? ["GATEWAYS", "INTERNAL"] : [])
    }

    /// The cells of one, under `columns`.
    public func row(_ network: NetworkSummary) -> [String] {
        func list(_ values: [String]) -> String { values.isEmpty ? "<none>" : values.joined(separator: ",") }
        let cells = [
            network.name, network.driver, network.interface ?? "<none>", list(network.subnets.map(\.subnet)),
            "\(network.leases.count)", network.isUp ? "Up" : "Down",
        ]
        return isWide ? cells + [list(network.subnets.compactMap(\.gateway)), "\(network.isInternal)"] : cells
    }
}

/// `swiftlet network inspect`: a network and who is on it, for people.
public enum NetworkDescription {
    public static func text(of network: NetworkSummary) -> String {
        var text = """
            Name:       \(network.name)
            Driver:     \(network.driver)
            Interface:  \(network.interface ?? "<chosen when it comes up>")
            Status:     \(network.isUp ? "Up" : "Down")
            Internal:   \(network.isInternal)

            """
        for subnet in network.subnets { text += "Subnet:     \(subnet.subnet)\(subnet.gateway.map { " via \($0)" } ?? "")\n" }
        for (key, value) in network.labels.sorted(by: { $0.key < $1.key }) { text += "Label:      \(key)=\(value)\n" }
        guard !network.leases.isEmpty else { return text + "Pods:       <none>\n" }
        var table = TextTable(columns: ["POD", "ADDRESSES", "MAC", "PORTS"])
        let rows = network.leases.map { lease in
            let ports = lease.ports.isEmpty ? "<none>" : lease.ports.joined(separator: ", ")
            return [lease.pod, lease.addresses.joined(separator: ","), lease.macAddress, ports]
        }
        return text + "Pods:\n" + table.render(rows).split(separator: "\n").map { "  \($0)\n" }.joined()
    }
}
