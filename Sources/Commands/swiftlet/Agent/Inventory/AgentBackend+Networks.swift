import AgentAPI
import NetworkSpec
import Networks

extension AgentBackend {
    func listNetworks() async throws(Fault) -> NetworkList {
        do throws(NetworkError) {
            let networks = try await resources.networks.networks()
            let problems = try await resources.networks.problems().definitions
            return NetworkList(items: networks.map(NetworkSummary.init), problems: problems.map(\.description))
        } catch {
            throw Fault(.internalError, "the networks: \(error)")
        }
    }
}

extension NetworkSummary {
    fileprivate init(_ report: NetworkReport) {
        let definition = report.definition
        self.init(name: definition.name, driver: definition.driver)
        interface = definition.networkInterface
        subnets = definition.subnets.map { Subnet(subnet: "\($0.subnet)", gateway: $0.gateway.map { "\($0)" }) }
        isInternal = definition.isInternal
        isUp = report.isUp
        labels = definition.labels
        leases = report.pods.map { pod in
            Lease(
                pod: pod.name,
                podUID: pod.uid,
                addresses: pod.status.addresses.map { "\($0.address)" },
                macAddress: "\(pod.status.macAddress)",
                ports: pod.portMappings.map { mapping in
                    let host = mapping.hostIP.map { "\($0)" } ?? "*"
                    return "\(mapping.transportProtocol.rawValue) \(host):\(mapping.hostPort)→\(mapping.containerPort)"
                }
            )
        }
    }
}
