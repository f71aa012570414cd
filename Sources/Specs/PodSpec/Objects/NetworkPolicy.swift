import NetworkSpec

/// A networking.k8s.io/v1 NetworkPolicy: who may talk to some pods of its namespace, and whom they may talk to.
public struct NetworkPolicy: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var spec: Spec

    public struct Spec: Codable, Sendable, Hashable {
        /// Nil or empty selects all pods of the namespace.
        public var podSelector: LabelSelector?
        @EmptyByDefault public var policyTypes: [String]
        @EmptyByDefault public var ingress: [IngressRule]
        @EmptyByDefault public var egress: [EgressRule]
    }

    public struct IngressRule: Codable, Sendable, Hashable {
        @EmptyByDefault public var from: [Peer]
        @EmptyByDefault public var ports: [Port]
    }

    public struct EgressRule: Codable, Sendable, Hashable {
        @EmptyByDefault public var to: [Peer]
        @EmptyByDefault public var ports: [Port]
    }

    /// The other side.
    public struct Peer: Codable, Sendable, Hashable {
        public var podSelector: LabelSelector?
        public var namespaceSelector: LabelSelector?
        public var ipBlock: IPBlock?
    }

    public struct IPBlock: Codable, Sendable, Hashable {
        public var cidr: String
        @EmptyByDefault public var except: [String]
    }

    public struct Port: Codable, Sendable, Hashable {
        public var `protocol`: String?
        public var port: PortReference?
        public var endPort: Int32?
    }

    /// Whether it speaks of what comes in.
    public var governsIngress: Bool { spec.policyTypes.isEmpty || spec.policyTypes.contains("Ingress") }

    /// Whether it speaks of what goes out; by its rules where it does not say.
    public var governsEgress: Bool {
        spec.policyTypes.isEmpty ? !spec.egress.isEmpty : spec.policyTypes.contains("Egress")
    }
}

extension NetworkPolicy {
    /// The policy as the network sees it.
    public var traffic: TrafficPolicy {
        TrafficPolicy(
            namespace: metadata.namespace,
            name: metadata.name,
            pods: spec.podSelector?.condition ?? LabelCondition(),
            ingress: governsIngress ? spec.ingress.map { Self.rule($0.from, $0.ports) } : nil,
            egress: governsEgress ? spec.egress.map { Self.rule($0.to, $0.ports) } : nil
        )
    }

    /// Without peers it is for everybody, without ports for everything.
    private static func rule(_ peers: [Peer], _ ports: [Port]) -> TrafficRule {
        TrafficRule(
            peers: peers.isEmpty ? nil : peers.compactMap(peer),
            ports: ports.isEmpty ? nil : ports.compactMap(port)
        )
    }

    /// Nil for what the validator refuses.
    private static func peer(_ peer: Peer) -> TrafficPeer? {
        if let block = peer.ipBlock {
            return IPPrefix(block.cidr).map { .block($0, except: block.except.compactMap { IPPrefix($0) }) }
        }
        return .pods(
            namespaces: peer.namespaceSelector?.condition,
            pods: peer.podSelector?.condition ?? LabelCondition()
        )
    }

    private static func port(_ port: Port) -> TrafficPort? {
        guard let transport = PortMapping.TransportProtocol(rawValue: (port.protocol ?? "TCP").lowercased()) else { return nil }
        switch port.port {
        case nil: return TrafficPort(transport, .any)
        case .name(let name): return TrafficPort(transport, .named(name))
        case .number(let number):
            guard let first = UInt16(exactly: number), let last = UInt16(exactly: port.endPort ?? Int32(number)), first <= last else {
                return nil
            }
            return TrafficPort(transport, .range(first...last))
        }
    }
}

extension LabelSelector {
    /// The selector as a condition.
    public var condition: LabelCondition {
        LabelCondition(
            matchLabels.sorted { $0.key < $1.key }.map { .isOne(key: $0.key, of: [$0.value]) }
                + matchExpressions.map { requirement in
                    switch requirement.operator {
                    case "In": .isOne(key: requirement.key, of: requirement.values)
                    case "NotIn": .isNone(key: requirement.key, of: requirement.values)
                    case "Exists": .exists(key: requirement.key)
                    default: .isMissing(key: requirement.key)
                    }
                }
        )
    }
}

extension Pod {
    /// What policies know the pod by.
    public var traffic: PodTraffic {
        PodTraffic(
            namespace: metadata.namespace,
            labels: metadata.labels,
            ports: (spec.initContainers + spec.containers).flatMap(\.ports).compactMap { port in
                guard let name = port.name, let transport = PortMapping.TransportProtocol(rawValue: port.protocol.rawValue.lowercased())
                else { return nil }
                return .init(name: name, transport: transport, port: port.containerPort)
            }
        )
    }
}
