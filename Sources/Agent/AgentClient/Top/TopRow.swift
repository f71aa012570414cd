import AgentAPI

/// A line of the live table: what is shown, and what it is sorted by.
public struct TopRow: Sendable, Hashable {
    /// What a key does something to.
    public struct Target: Sendable, Hashable {
        public var namespace: String
        public var pod: String
        public var container: String?

        public init(namespace: String, pod: String, container: String? = nil) {
            self.namespace = namespace
            self.pod = pod
            self.container = container
        }
    }

    public var target: Target
    public var restarts: Int
    public var nanocores: Int64?
    public var memoryBytes: Int64?
    public var memoryLimit: Int64?
    public var processes: Int64?
    public var receivedBytes: Int64?
    public var transmittedBytes: Int64?
    public var startedAt: String?

    /// A pod as a whole.
    public init(_ pod: PodStats) {
        target = Target(namespace: pod.namespace, pod: pod.name)
        restarts = pod.containers.reduce(0) { $0 + $1.restarts }
        nanocores = pod.usage?.cpu?.nanocores
        memoryBytes = pod.usage?.memory?.workingSetBytes
        memoryLimit = pod.usage?.memory?.limitBytes
        processes = pod.usage?.processes?.count
        receivedBytes = pod.network.map { $0.reduce(0) { $0 + $1.received.bytes } }
        transmittedBytes = pod.network.map { $0.reduce(0) { $0 + $1.transmitted.bytes } }
        startedAt = pod.startedAt
    }

    public init(_ container: PodStats.Container, of pod: PodStats) {
        target = Target(namespace: pod.namespace, pod: pod.name, container: container.name)
        restarts = container.restarts
        nanocores = container.usage.cpu?.nanocores
        memoryBytes = container.usage.memory?.workingSetBytes
        memoryLimit = container.usage.memory?.limitBytes
        processes = container.usage.processes?.count
        startedAt = container.startedAt
    }
}

/// What the table is sorted by, with the capital letter that chooses it.
public enum TopSort: Character, Sendable, Hashable, CaseIterable {
    case namespace = "P"
    case name = "N"
    case cpu = "C"
    case memory = "M"
    case processes = "T"
    case restarts = "R"
    case age = "A"

    /// Whether `a` stands before `b`: names grow, figures fall, and what is equal goes by name.
    func precedes(_ a: TopRow, _ b: TopRow) -> Bool {
        func byName() -> Bool {
            (a.target.namespace, a.target.pod, a.target.container ?? "")
                < (b.target.namespace, b.target.pod, b.target.container ?? "")
        }
        func falling(_ figure: (TopRow) -> Int64) -> Bool {
            figure(a) == figure(b) ? byName() : figure(a) > figure(b)
        }
        switch self {
        case .namespace: return byName()
        case .name:
            let (left, right) = (a.target.container ?? a.target.pod, b.target.container ?? b.target.pod)
            return left == right ? byName() : left < right
        case .cpu: return falling { $0.nanocores ?? -1 }
        case .memory: return falling { $0.memoryBytes ?? -1 }
        case .processes: return falling { $0.processes ?? -1 }
        case .restarts: return falling { Int64($0.restarts) }
        // The youngest first; RFC 3339 of one zone sorts as text.
        case .age:
            let (left, right) = (a.startedAt ?? "", b.startedAt ?? "")
            return left == right ? byName() : left > right
        }
    }
}
