import NetworkSpec

/// The addresses that a container has on a network, as its caller chose them, with the gateways of their subnets.
struct AssignedAddresses: Sendable, Hashable {
    var addresses: [StatusBlock.Address] = []

    /// Puts each address to the subnet that it lies in.
    init(_ attachment: SetupRequest.Attachment) throws(ToolError) {
        let network = attachment.network
        let management = try network.addressManagement()
        guard management == .hostLocal else { return }
        let addresses = attachment.options.staticIPs ?? []
        if addresses.isEmpty {
            throw ToolError("no static ips provided")
        }
        for (index, subnet) in network.subnets.enumerated() {
            for other in network.subnets[..<index] where other.subnet.overlaps(subnet.subnet) {
                throw ToolError(
                    other.subnet == subnet.subnet
                        ? "duplicate subnet \(subnet.subnet) in the network"
                        : "overlapping subnets \(other.subnet) and \(subnet.subnet) in the network"
                )
            }
        }
        for address in addresses {
            guard let subnet = network.subnets.first(where: { $0.subnet.contains(address) }),
                let prefix = IPPrefix(address, length: subnet.subnet.length)
            else {
                throw ToolError("not all static IPs matched a subnet: \(address) lies in none of the network's subnets")
            }
            self.addresses.append(
                .init(gateway: subnet.gateway, address: prefix))
        }
    }

    /// The gateways, each once.
    var gateways: [IPAddress] {
        addresses.compactMap(\.gateway).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    func has(_ family: IPAddress.Family) -> Bool { addresses.contains { $0.address.address.family == family } }
}
