import AgentAPI
import PodSpec

/// What the command line has nouns for.
public enum ResourceType: String, Sendable, Hashable, CaseIterable {
    case pod, deployment, replicaset, daemonset, job, cronjob, configmap, secret, persistentvolumeclaim, priorityclass, runtimeclass,
        networkpolicy, image, network

    /// Reads `pods`, `pod`, `po`, `Pod`, `deployments.apps`; nil for what is no type.
    public init?(word: String) {
        let word = word.lowercased().prefix { $0 != "." }
        guard let type = Self.allCases.first(where: { $0.words.contains(String(word)) }) else { return nil }
        self = type
    }

    /// `pods`, `networks`.
    public var plural: String {
        self == .networkpolicy ? "networkpolicies" : rawValue + (rawValue.hasSuffix("s") ? "es" : "s")
    }

    /// Plural, singular and short names.
    public var words: [String] {
        let short: [String] =
            switch self {
            case .pod: ["po"]
            case .deployment: ["deploy"]
            case .replicaset: ["rs"]
            case .daemonset: ["ds"]
            case .cronjob: ["cj"]
            case .configmap: ["cm"]
            case .persistentvolumeclaim: ["pvc"]
            case .network: ["net"]
            case .priorityclass: ["pc"]
            case .networkpolicy: ["netpol"]
            case .runtimeclass, .job, .secret, .image: []
            }
        return [plural, rawValue] + short
    }

    /// What makes pods.
    public var workload: WorkloadKind? {
        switch self {
        case .deployment: .deployment
        case .replicaset: .replicaSet
        case .daemonset: .daemonSet
        case .job: .job
        case .cronjob: .cronJob
        default: nil
        }
    }

    /// What pods refer to.
    public var data: DataKind? {
        switch self {
        case .configmap: .configMap
        case .secret: .secret
        case .persistentvolumeclaim: .persistentVolumeClaim
        case .priorityclass: .priorityClass
        case .runtimeclass: .runtimeClass
        case .networkpolicy: .networkPolicy
        default: nil
        }
    }

    /// As manifests have it.
    public var kind: String {
        switch self {
        case .pod: "Pod"
        case .image: "Image"
        case .network: "Network"
        default: workload?.rawValue ?? data?.rawValue ?? rawValue
        }
    }

    public var apiVersion: String { workload?.apiVersion ?? data?.apiVersion ?? "v1" }

    /// Images, networks and classes are the node's.
    public var isNamespaced: Bool { isManifest && data?.isNamespaced ?? true }
    /// Whether manifests have objects of this type.
    public var isManifest: Bool { self != .image && self != .network }
}
