import Firewall
import NetworkSpec

/// What policies come down to for the pods that are connected. Pure.
struct TrafficPolicies: Sendable, Hashable {
    var policies: [TrafficPolicy]

    /// A pod that is connected, as policies know it.
    struct Member: Sendable, Hashable {
        var traffic: PodTraffic
        var addresses: [IPAddress]
    }

    /// The label by which a namespace is selected: there are no Namespaces that could have others.
    static let namespaceLabel = "kubernetes.io/metadata.name"

    private static let everybody: [ClosedRange<IPAddress>] = ["0.0.0.0/0", "::/0"].compactMap { IPPrefix($0) }.map { $0.first...$0.last }

    /// Which policies select a pod in one direction.
    func selecting(_ traffic: PodTraffic, _ direction: PolicyTable.Direction) -> [TrafficPolicy] {
        policies.filter { policy in
            policy.rules(direction) != nil && policy.namespace == traffic.namespace && policy.pods.holds(for: traffic.labels)
        }
    }

    /// The table of the firewall.
    func table(for members: [Member]) -> PolicyTable {
        var table = PolicyTable()
        for direction in PolicyTable.Direction.allCases {
            for member in members {
                let names = Set(selecting(member.traffic, direction).map(\.key))
                guard !names.isEmpty else { continue }
                for address in member.addresses { table.governed[direction, default: [:]][address] = names }
            }
            let used = Set((table.governed[direction] ?? [:]).values.joined())
            for policy in policies where used.contains(policy.key) {
                table.allowances[.init(direction, policy.key)] = allowance(of: policy, direction, members)
            }
        }
        return table
    }

    private func allowance(
        of policy: TrafficPolicy,
        _ direction: PolicyTable.Direction,
        _ members: [Member]
    ) -> PolicyTable.Allowance {
        var allowance = PolicyTable.Allowance()
        for rule in policy.rules(direction) ?? [] {
            let peers = rule.peers.map { Peers($0, of: policy, members) } ?? Peers(ranges: Self.everybody, pods: members)
            allowance.boxes += Self.spans(rule.ports).flatMap { span in peers.ranges.map { TrafficBox($0, span) } }
            let named = (rule.ports ?? []).filter { if case .named = $0.ports { true } else { false } }
            guard !named.isEmpty else { continue }
            switch direction {
            case .ingress:
                // Each of the pods that the policy selects may call another port so.
                for pod in members where policy.selects(pod.traffic) {
                    let spans = Self.spans(named, of: pod.traffic)
                    guard !spans.isEmpty else { continue }
                    for address in pod.addresses {
                        allowance.pods[address, default: []] += spans.flatMap { span in
                            peers.ranges.filter { $0.lowerBound.family == address.family }.map { TrafficBox($0, span) }
                        }
                    }
                }
            case .egress:
                for pod in peers.pods {
                    let spans = Self.spans(named, of: pod.traffic)
                    allowance.boxes += pod.addresses.flatMap { address in spans.map { TrafficBox(address...address, $0) } }
                }
            }
        }
        return allowance
    }

    /// The ports that are the same of every pod.
    private static func spans(_ ports: [TrafficPort]?) -> [PortSpan] {
        guard let ports else { return [.everything] }
        return ports.compactMap { port in
            switch port.ports {
            case .any: PortSpan(port.transport, 0...65_535)
            case .range(let range): PortSpan(port.transport, range)
            case .named: nil
            }
        }
    }

    /// What a pod calls so.
    private static func spans(_ ports: [TrafficPort], of pod: PodTraffic) -> [PortSpan] {
        ports.flatMap { port -> [PortSpan] in
            guard case .named(let name) = port.ports else { return [] }
            return pod.ports.filter { $0.name == name && $0.transport == port.transport }.map { PortSpan($0.transport, $0.port...$0.port) }
        }
    }

    /// The other sides of a rule.
    private struct Peers {
        var ranges: [ClosedRange<IPAddress>] = []
        /// Those of them that are pods, and have names for ports.
        var pods: [Member] = []

        init(ranges: [ClosedRange<IPAddress>], pods: [Member]) { (self.ranges, self.pods) = (ranges, pods) }

        init(_ peers: [TrafficPeer], of policy: TrafficPolicy, _ members: [Member]) {
            for peer in peers {
                switch peer {
                case .block(let block, let exceptions):
                    ranges += block.ranges(except: exceptions)
                case .pods(let namespaces, let labels):
                    let found = members.filter { member in
                        let namespace = member.traffic.namespace
                        let isThere = namespaces?.holds(for: [namespaceLabel: namespace]) ?? (namespace == policy.namespace)
                        return isThere && labels.holds(for: member.traffic.labels)
                    }
                    ranges += found.flatMap(\.addresses).map { $0...$0 }
                    pods += found
                }
            }
        }
    }
}

extension TrafficPolicy {
    /// `namespace/name`.
    var key: String { "\(namespace)/\(name)" }

    func rules(_ direction: PolicyTable.Direction) -> [TrafficRule]? { direction == .ingress ? ingress : egress }

    func selects(_ traffic: PodTraffic) -> Bool { namespace == traffic.namespace && pods.holds(for: traffic.labels) }
}
