import JSONCoding

/// An object of one of the kinds that make pods.
public enum Workload: Sendable, Hashable {
    case deployment(Deployment)
    case replicaSet(ReplicaSet)
    case daemonSet(DaemonSet)
    case job(Job)
    case cronJob(CronJob)

    public var kind: WorkloadKind {
        switch self {
        case .deployment: .deployment
        case .replicaSet: .replicaSet
        case .daemonSet: .daemonSet
        case .job: .job
        case .cronJob: .cronJob
        }
    }

    public var metadata: ObjectMeta {
        get {
            switch self {
            case .deployment(let object): object.metadata
            case .replicaSet(let object): object.metadata
            case .daemonSet(let object): object.metadata
            case .job(let object): object.metadata
            case .cronJob(let object): object.metadata
            }
        }
        set {
            switch self {
            case .deployment(var object):
                object.metadata = newValue
                self = .deployment(object)
            case .replicaSet(var object):
                object.metadata = newValue
                self = .replicaSet(object)
            case .daemonSet(var object):
                object.metadata = newValue
                self = .daemonSet(object)
            case .job(var object):
                object.metadata = newValue
                self = .job(object)
            case .cronJob(var object):
                object.metadata = newValue
                self = .cronJob(object)
            }
        }
    }

    public var name: WorkloadName {
        WorkloadName(kind: kind, namespace: metadata.namespace, name: metadata.name)
    }

    /// Whether another version of it wants the same: what an API server compares for `metadata.generation`.
    public func hasSpec(of other: Workload) -> Bool {
        switch (self, other) {
        case (.deployment(let one), .deployment(let two)): one.spec == two.spec
        case (.replicaSet(let one), .replicaSet(let two)): one.spec == two.spec
        case (.daemonSet(let one), .daemonSet(let two)): one.spec == two.spec
        case (.job(let one), .job(let two)): one.spec == two.spec
        case (.cronJob(let one), .cronJob(let two)): one.spec == two.spec
        default: false
        }
    }

    /// What its pods are made of.
    public var template: PodTemplate {
        switch self {
        case .deployment(let object): object.spec.template
        case .replicaSet(let object): object.spec.template
        case .daemonSet(let object): object.spec.template
        case .job(let object): object.spec.template
        case .cronJob(let object): object.spec.jobTemplate.spec.template
        }
    }
}

extension Workload: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind
    }

    public init(from decoder: any Decoder) throws {
        switch try decoder.container(keyedBy: CodingKeys.self).decode(WorkloadKind.self, forKey: .kind) {
        case .deployment: self = .deployment(try Deployment(from: decoder))
        case .replicaSet: self = .replicaSet(try ReplicaSet(from: decoder))
        case .daemonSet: self = .daemonSet(try DaemonSet(from: decoder))
        case .job: self = .job(try Job(from: decoder))
        case .cronJob: self = .cronJob(try CronJob(from: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .deployment(let object): try object.encode(to: encoder)
        case .replicaSet(let object): try object.encode(to: encoder)
        case .daemonSet(let object): try object.encode(to: encoder)
        case .job(let object): try object.encode(to: encoder)
        case .cronJob(let object): try object.encode(to: encoder)
        }
    }
}

/// What a workload is known by.
public struct WorkloadName: Codable, Sendable, Hashable, Comparable, CustomStringConvertible {
    public var kind: WorkloadKind
    public var namespace: String
    public var name: String

    /// Creates a name.
    public init(kind: WorkloadKind, namespace: String, name: String) {
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    public var description: String { "\(kind.rawValue) \(namespace)/\(name)" }

    public static func < (a: WorkloadName, b: WorkloadName) -> Bool {
        (a.kind, a.namespace, a.name) < (b.kind, b.namespace, b.name)
    }
}

/// A workload that was decoded, completed and found valid.
public struct DecodedWorkload: Codable, Sendable, Hashable {
    public var workload: Workload
    /// Fields that are known and not served.
    public var warnings: [String]
    public var written: Written

    /// Digests of what was written: they stay what they are when defaults change.
    public struct Written: Codable, Sendable, Hashable {
        /// Of the whole spec.
        public var spec: String
        /// Of the template with its labels and annotations: another one is another revision.
        public var template: String
        /// Of the pods' spec: `PodIdentity.fingerprint`.
        public var podSpec: String

        /// Creates the digests.
        public init(spec: String, template: String, podSpec: String) {
            self.spec = spec
            self.template = template
            self.podSpec = podSpec
        }
    }

    /// Creates a decoded workload.
    public init(workload: Workload, warnings: [String], written: Written) {
        self.workload = workload
        self.warnings = warnings
        self.written = written
    }

    public var name: WorkloadName { workload.name }
}
