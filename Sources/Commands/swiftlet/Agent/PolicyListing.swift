import AgentAPI
import PodSpec

extension ObjectDetail.Policy {
    /// A policy in words.
    init(_ policy: NetworkPolicy) {
        self.init(
            podSelector: Self.words(policy.spec.podSelector),
            ingress: policy.governsIngress ? policy.spec.ingress.map { Rule($0.from, $0.ports) } : nil,
            egress: policy.governsEgress ? policy.spec.egress.map { Rule($0.to, $0.ports) } : nil
        )
    }

    /// `app=web,tier In (a,b)`; empty where all are meant.
    fileprivate static func words(_ selector: LabelSelector?) -> String {
        let labels = (selector?.matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let rules = (selector?.matchExpressions ?? []).map { rule in
            let values = rule.values.isEmpty ? "" : " (\(rule.values.joined(separator: ",")))"
            return "\(rule.key) \(rule.operator)\(values)"
        }
        return (labels + rules).joined(separator: ",")
    }
}

extension ObjectDetail.Policy.Rule {
    fileprivate init(_ peers: [NetworkPolicy.Peer], _ ports: [NetworkPolicy.Port]) {
        self.init(peers: peers.map(Self.words), ports: ports.map(Self.words))
    }

    private static func words(_ peer: NetworkPolicy.Peer) -> String {
        if let block = peer.ipBlock {
            return "IPBlock: \(block.cidr)" + (block.except.isEmpty ? "" : " except \(block.except.joined(separator: ", "))")
        }
        let selectors = [("NamespaceSelector", peer.namespaceSelector), ("PodSelector", peer.podSelector)]
        return selectors.compactMap { name, selector in
            guard let selector else { return nil }
            let words = ObjectDetail.Policy.words(selector)
            return "\(name): \(words.isEmpty ? "<none>" : words)"
        }.joined(separator: " ")
    }

    private static func words(_ port: NetworkPolicy.Port) -> String {
        let transport = port.protocol ?? "TCP"
        switch port.port {
        case nil: return "<any>/\(transport)"
        case .name(let name): return "\(name)/\(transport)"
        case .number(let number): return "\(number)\(port.endPort.map { "-\($0)" } ?? "")/\(transport)"
        }
    }
}
