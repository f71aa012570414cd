import JSONCoding

/// What has to be done to a pod that runs so that it becomes the one of a changed manifest: as little as it can be. A value,
/// from the old and the new pod alone.
///
/// A field that this table does not name makes, of a container, that container start anew, and of a pod another pod: what is
/// not known to be harmless is not taken for it.
public struct PodUpdatePlan: Sendable, Hashable {
    /// Nothing that runs depends on these: labels, annotations, what is looked at later or never.
    public var described: [FieldChange] = []
    /// Figures of cpu and memory that change while the containers run.
    public var resizes: [FieldChange] = []
    /// What of a container has changed so that it has to start anew, by its name.
    public var restarts: [String: [FieldChange]] = [:]
    /// What makes another pod of it.
    public var recreations: [FieldChange] = []

    /// Nothing to be done.
    public init() {}

    /// Compares what two pods are. UIDs are the caller's: whether one that is not in the manifest matters is not said here.
    ///
    /// Both get the API server's defaults first: a pod that was written down by an agent with fewer of them has not changed.
    public init(from old: Pod, to new: Pod) {
        self.init(metadataOf: old, to: new)
        do { compare(try Self.completed(old), try Self.completed(new)) } catch {
            // What cannot be compared is another pod.
            recreations.append(FieldChange("spec"))
        }
        if old.effectiveQualityOfService != new.effectiveQualityOfService {
            // The class is the pod's place among the cgroups and in the order of eviction: Kubernetes lets no resize change it.
            recreations.append(
                FieldChange(
                    "status.qosClass",
                    from: old.effectiveQualityOfService.rawValue,
                    to: new.effectiveQualityOfService.rawValue
                )
            )
        }
    }

    /// Compares labels and annotations only.
    public init(metadataOf old: Pod, to new: Pod) {
        if old.metadata.labels != new.metadata.labels { described.append(FieldChange("metadata.labels")) }
        if old.metadata.annotations != new.metadata.annotations {
            described.append(FieldChange("metadata.annotations"))
        }
        for name in Self.decisive {
            let (before, after) = (old.metadata.annotations[name], new.metadata.annotations[name])
            if before != after { recreations.append(FieldChange("metadata.annotations[\(name)]", from: before, to: after)) }
        }
    }

    /// The annotations that say what a pod is.
    private static let decisive = ["swiftlet/network", Pod.sendsForOthersAnnotation]

    /// Whether the pod that runs can become the new one.
    public var keepsPod: Bool { recreations.isEmpty }

    /// Whether nothing has changed.
    public var isEmpty: Bool { described.isEmpty && resizes.isEmpty && restarts.isEmpty && recreations.isEmpty }

    /// The spec as a tree, with the defaults of today.
    private static func completed(_ pod: Pod) throws -> JSONNode {
        var pod = pod
        pod.status = nil
        return PodDefaults.apply(to: try JSON.node(from: pod), uid: pod.metadata.uid)["spec"] ?? [:]
    }

    private mutating func compare(_ old: JSONNode, _ new: JSONNode) {
        for field in Self.changedFields(old, new) {
            let path = "spec.\(field)"
            switch field {
            case "containers", "initContainers":
                compareContainers(path, old[field], new[field], isInit: field == "initContainers")
            case "resources":
                compareResources(path, old[field], new[field]) { _ in false }
            case "overhead":
                compareQuantities(path, old[field], new[field]) { $0.resizes.append($1) }
            default:
                let change = FieldChange(path, old[field], new[field])
                if Self.harmless.contains(field) { described.append(change) } else { recreations.append(change) }
            }
        }
    }

    /// Fields of a pod that nothing which runs depends on: they count when they are looked at, as at the pod's end.
    private static let harmless: Set<String> = [
        "terminationGracePeriodSeconds", "activeDeadlineSeconds", "affinity", "automountServiceAccountToken",
        "enableServiceLinks", "ephemeralContainers", "imagePullSecrets", "nodeName", "nodeSelector", "os", "preemptionPolicy",
        "priority", "priorityClassName", "readinessGates",
        "schedulerName", "schedulingGates", "serviceAccount", "serviceAccountName",
        "tolerations", "topologySpreadConstraints",
    ]

    /// The names of the members in which two objects differ, in their order.
    static func changedFields(_ old: JSONNode?, _ new: JSONNode?) -> [String] {
        var names: [String] = []
        for member in (old?.members ?? []) + (new?.members ?? []) where !names.contains(member.key) {
            if !same(old?[member.key], new?[member.key]) { names.append(member.key) }
        }
        return names
    }

    /// Whether two trees say the same; the order of keys does not count, and nothing is as good as an empty one.
    static func same(_ old: JSONNode?, _ new: JSONNode?) -> Bool {
        func text(_ node: JSONNode?) -> [UInt8] {
            guard let node, node.members?.isEmpty != true, node.arrayValue?.isEmpty != true else { return [] }
            return JSON.serialize(node.withoutNulls(), style: .canonical)
        }
        return text(old) == text(new)
    }
}

extension FieldChange {
    /// A change between two values of the API; told where a word tells them.
    init(_ path: String, _ old: JSONNode?, _ new: JSONNode?) {
        func word(_ node: JSONNode?) -> String? {
            switch node?.value {
            case .string(let text): text
            case .bool(let value): "\(value)"
            case .integer(let value): "\(value)"
            default: nil
            }
        }
        self.init(path, from: word(old), to: word(new))
    }
}
