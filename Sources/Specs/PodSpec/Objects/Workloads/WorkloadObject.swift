import JSONCoding

/// An object that wants pods made of a template, with the API's own JSON names.
public struct WorkloadObject<Spec: WorkloadSpecification>: Codable, Sendable, Hashable {
    public var apiVersion: String
    public var kind: String
    public var metadata: ObjectMeta
    public var spec: Spec
    public var status: Spec.Status?

    /// Creates an object of its kind.
    public init(metadata: ObjectMeta, spec: Spec, status: Spec.Status? = nil) {
        apiVersion = Spec.kind.apiVersion
        kind = Spec.kind.rawValue
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// What a kind of workload wants, and what it says of how things are.
public protocol WorkloadSpecification: Codable, Sendable, Hashable {
    associatedtype Status: Codable, Sendable, Hashable
    static var kind: WorkloadKind { get }
}

/// The kinds that make pods.
public enum WorkloadKind: String, Codable, Sendable, Hashable, CaseIterable, Comparable {
    case deployment = "Deployment"
    case replicaSet = "ReplicaSet"
    case daemonSet = "DaemonSet"
    case job = "Job"
    case cronJob = "CronJob"

    public var apiVersion: String {
        switch self {
        case .deployment, .replicaSet, .daemonSet: "apps/v1"
        case .job, .cronJob: "batch/v1"
        }
    }

    /// The resource's name: `deployments`.
    public var plural: String { rawValue.lowercased() + "s" }

    public static func < (a: WorkloadKind, b: WorkloadKind) -> Bool { a.rawValue < b.rawValue }
}

/// What pods are made of.
public struct PodTemplate: Codable, Sendable, Hashable {
    /// What the pods bear beside their names.
    public struct Metadata: Codable, Sendable, Hashable {
        @EmptyByDefault public var labels: [String: String]
        @EmptyByDefault public var annotations: [String: String]

        /// No labels, no annotations.
        public init() {}
    }

    public var metadata: Metadata
    public var spec: Pod.Spec

    /// Creates a template.
    public init(metadata: Metadata = Metadata(), spec: Pod.Spec) {
        self.metadata = metadata
        self.spec = spec
    }
}

/// Which pods belong to an object, by their labels.
public struct LabelSelector: Codable, Sendable, Hashable {
    /// A condition on one label.
    public struct Requirement: Codable, Sendable, Hashable {
        public var key: String
        /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
        public var `operator`: String
        @EmptyByDefault public var values: [String]
    }

    @EmptyByDefault public var matchLabels: [String: String]
    @EmptyByDefault public var matchExpressions: [Requirement]

    /// Creates a selector of labels.
    public init(matchLabels: [String: String] = [:]) { self.matchLabels = matchLabels }

    /// Whether it says nothing.
    public var isEmpty: Bool { matchLabels.isEmpty && matchExpressions.isEmpty }

    /// Whether labels are such.
    public func matches(_ labels: [String: String]) -> Bool {
        matchLabels.allSatisfy { labels[$0.key] == $0.value }
            && matchExpressions.allSatisfy { requirement in
                let value = labels[requirement.key]
                return switch requirement.operator {
                case "In": value.map(requirement.values.contains) ?? false
                case "NotIn": value.map { !requirement.values.contains($0) } ?? true
                case "Exists": value != nil
                default: value == nil
                }
            }
    }
}

/// A number, or a part of another one: `1`, `25%`.
public enum IntOrPercent: Codable, Sendable, Hashable {
    case number(Int32)
    case percent(Int32)

    /// Nil where the text is no percentage.
    public init?(percentage text: String) {
        guard text.last == "%", let value = Int32(text.dropLast()), value >= 0, text.first != "+" else { return nil }
        self = .percent(value)
    }

    /// The number of so many.
    public func of(_ total: Int, roundingUp: Bool) -> Int {
        switch self {
        case .number(let number): Int(number)
        case .percent(let percent): (total * Int(percent) + (roundingUp ? 99 : 0)) / 100
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int32.self) {  // no number: it is text then, or an error
            self = .number(number)
            return
        }
        guard let percent = IntOrPercent(percentage: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number and no percentage")
        }
        self = percent
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .percent(let percent): try container.encode("\(percent)%")
        }
    }
}

/// One aspect of a workload's state.
public struct WorkloadCondition: Codable, Sendable, Hashable {
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// RFC 3339, as all times here.
    public var lastTransitionTime: String?
    /// Of Deployments.
    public var lastUpdateTime: String?
    /// Of Jobs.
    public var lastProbeTime: String?
    public var reason: String?
    public var message: String?

    /// Creates a condition.
    public init(type: String, status: String, reason: String? = nil, message: String? = nil) {
        self.type = type
        self.status = status
        self.reason = reason
        self.message = message
    }
}
