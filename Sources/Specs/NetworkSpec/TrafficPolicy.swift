/// Who may talk to some pods of a namespace, and whom they may talk to: a NetworkPolicy as the network sees it.
///
/// A pod that a policy selects for a direction is closed in that direction but for what one of the policies that select it
/// allows. Answers always pass; what the host itself says to its pods, and they to it, is not governed.
public struct TrafficPolicy: Sendable, Hashable {
    /// Of the policy and of the pods that it selects.
    public var namespace: String
    public var name: String
    /// Which pods of the namespace it selects.
    public var pods: LabelCondition
    /// What may come in; nil where it says nothing of that.
    public var ingress: [TrafficRule]?
    /// What may go out; nil where it says nothing of that.
    public var egress: [TrafficRule]?

    /// Makes a policy.
    public init(
        namespace: String,
        name: String,
        pods: LabelCondition,
        ingress: [TrafficRule]? = nil,
        egress: [TrafficRule]? = nil
    ) {
        (self.namespace, self.name, self.pods, self.ingress, self.egress) = (namespace, name, pods, ingress, egress)
    }
}

/// Something that a policy allows.
public struct TrafficRule: Sendable, Hashable {
    /// The other side; nil for anybody. Empty means nobody.
    public var peers: [TrafficPeer]?
    /// The port that is talked to; nil for every protocol and port. Empty means none.
    public var ports: [TrafficPort]?

    /// Makes a rule.
    public init(peers: [TrafficPeer]? = nil, ports: [TrafficPort]? = nil) {
        (self.peers, self.ports) = (peers, ports)
    }
}

/// The other side of a connection.
public enum TrafficPeer: Sendable, Hashable {
    /// Pods of the namespaces with such labels; nil means the policy's own namespace.
    case pods(namespaces: LabelCondition?, pods: LabelCondition)
    /// Addresses, without some of them.
    case block(IPPrefix, except: [IPPrefix])
}

/// Ports of a transport protocol.
public struct TrafficPort: Sendable, Hashable {
    public enum Ports: Sendable, Hashable {
        case any
        case range(ClosedRange<UInt16>)
        /// The port that the pod which is talked to gives this name.
        case named(String)
    }

    public var transport: PortMapping.TransportProtocol
    public var ports: Ports

    /// Makes a port.
    public init(_ transport: PortMapping.TransportProtocol = .tcp, _ ports: Ports) {
        (self.transport, self.ports) = (transport, ports)
    }
}

/// A condition on labels; an empty one holds for all.
public struct LabelCondition: Sendable, Hashable {
    /// A condition on one label.
    public enum Requirement: Sendable, Hashable {
        /// It is there with one of the values.
        case isOne(key: String, of: [String])
        /// It is not there, or with none of the values.
        case isNone(key: String, of: [String])
        case exists(key: String)
        case isMissing(key: String)
    }

    /// All of them have to hold.
    public var requirements: [Requirement]

    /// Makes a condition.
    public init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// Whether labels are such.
    public func holds(for labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .isOne(let key, let values): labels[key].map(values.contains) ?? false
            case .isNone(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .isMissing(let key): labels[key] == nil
            }
        }
    }
}

/// What policies know a pod by.
public struct PodTraffic: Sendable, Hashable, Codable {
    /// A port that a pod gives a name.
    public struct NamedPort: Sendable, Hashable, Codable {
        public var name: String
        public var transport: PortMapping.TransportProtocol
        public var port: UInt16

        /// Makes a port.
        public init(name: String, transport: PortMapping.TransportProtocol, port: UInt16) {
            (self.name, self.transport, self.port) = (name, transport, port)
        }
    }

    public var namespace: String
    public var labels: [String: String]
    public var ports: [NamedPort]

    /// Describes a pod.
    public init(namespace: String, labels: [String: String] = [:], ports: [NamedPort] = []) {
        (self.namespace, self.labels, self.ports) = (namespace, labels, ports)
    }
}
