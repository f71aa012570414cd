import Glibc
import Logging
import NetworkSpec
import Networks
import PodEngine
import PodSpec

/// The engine's networks, kept by `Networks`.
struct EngineNetworks: PodNetworking {
    let manager: NetworkManager
    let logger: Logger

    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState {
        var mappings: [PortMapping] = []
        for port in request.ports { mappings.append(try PortMapping(port)) }
        do throws(NetworkError) {
            var attachment = PodAttachment(
                podUID: request.podUID,
                podName: "\(request.podKey)",
                namespacePath: request.namespacePath,
                network: request.network,
                portMappings: mappings
            )
            attachment.names = PodNames(
                names: request.names,
                services: request.services.map { .init(name: $0.name, transport: $0.transport.rawValue, port: $0.port) }
            )
            attachment.traffic = PodTraffic(
                namespace: request.podKey.namespace,
                labels: request.labels,
                ports: request.services.compactMap { service in
                    PortMapping.TransportProtocol(rawValue: service.transport.rawValue).map {
                        .init(name: service.name, transport: $0, port: service.port)
                    }
                }
            )
            attachment.sendsForOthers = request.sendsForOthers
            attachment.hostNeeds = request.hostNeeds.map(PodAttachment.HostNeed.init)
            attachment.additional = request.additional.map(NetworkChoice.init)
            attachment.bandwidth = Bandwidth(ingress: request.bandwidth.ingress, egress: request.bandwidth.egress)
            return PodNetworkState(try await manager.setUp(attachment))
        } catch {
            throw SandboxFailure(network: error)
        }
    }

    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure) {
        var problems: [String] = []
        do throws(NetworkError) {
            let known = Dictionary(pods.map { ($0.metadata.uid, $0.traffic) }) { first, _ in first }
            try await manager.govern(policies.map(\.traffic), pods: known)
        } catch {
            problems.append("\(error)")
        }
        do throws(NetworkError) {
            let choices = pods.map { ($0.metadata.uid, $0.additionalNetworks.map(NetworkChoice.init)) }
            try await manager.connect(Dictionary(choices) { first, _ in first })
        } catch {
            problems.append("\(error)")
        }
        if !problems.isEmpty { throw SandboxFailure(.other, problems.joined(separator: "; ")) }
    }

    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure) {
        do throws(NetworkError) {
            try await manager.tearDown(podUID: podUID)
        } catch {
            throw SandboxFailure(network: error)
        }
    }

    func status(podUID: String) async -> PodNetworkState? {
        do throws(NetworkError) {
            return try await manager.status(podUID: podUID).map(PodNetworkState.init)
        } catch {
            // As good as not set up: setting up again replaces what cannot be read.
            logger.warning("network state of a pod: \(error)", metadata: ["pod-uid": "\(podUID)"])
            return nil
        }
    }

    func connectedPods() async -> Set<String> {
        do throws(NetworkError) {
            return Set(try await manager.networks().flatMap(\.pods).map(\.uid))
        } catch {
            logger.warning("networks of pods: \(error)")
            return []
        }
    }

    func retain(only podUIDs: Set<String>) async {
        do throws(NetworkError) {
            try await manager.retain(only: podUIDs)
        } catch {
            logger.warning("leftovers of dead pods: \(error)")
        }
    }
}

extension NetworkChoice {
    fileprivate init(_ network: AdditionalNetwork) { self.init(network: network.name, interface: network.interface) }
}

extension PodAttachment.HostNeed {
    fileprivate init(_ need: PodHostNeed) {
        let kind: Kind =
            switch need.kind {
            case .port: .port
            case .bandwidth: .bandwidth
            case .connection: .connection
            }
        self.init(kind, need.place)
    }
}

extension PortMapping {
    fileprivate init(_ port: PodPortMapping) throws(SandboxFailure) {
        var address: IPAddress?
        if let text = port.hostIP {
            guard let parsed = IPAddress(text) else {
                throw SandboxFailure(.other, "host port \(port.hostPort): \"\(text)\" is no IP address")
            }
            address = parsed
        }
        let transport: TransportProtocol =
            switch port.transport {
            case .tcp: .tcp
            case .udp: .udp
            case .sctp: .sctp
            }
        self.init(transport, hostIP: address, hostPort: port.hostPort, containerPort: port.containerPort)
    }
}

extension PodNetworkState {
    fileprivate init(_ status: PodNetworkStatus) {
        self.init(
            network: status.network,
            interface: status.interface,
            addresses: status.addresses.map { "\($0.address)" },
            gateway: status.gateways.first.map { "\($0)" },
            nameservers: status.nameServers.map { "\($0)" }
        )
        nameDomain = status.nameDomain
    }
}

extension SandboxFailure {
    fileprivate init(network error: NetworkError) {
        let kind: Kind =
            switch error {
            case .hostPortConflict: .hostPortConflict
            case .unknownNetwork: .unknownNetwork
            case .addressesExhausted: .addressesExhausted
            case .system(let error) where error.errno == ENOSPC: .noSpace
            default: .other
            }
        self.init(kind, "\(error)")
    }
}
