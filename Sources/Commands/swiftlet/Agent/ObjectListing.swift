import AgentAPI
import PodEngine
import PodSpec

/// ConfigMaps, Secrets and claims in the API's words: which keys they have, and never what is in them.
struct ObjectListing {
    let store: PodStore

    func list(_ request: ObjectListRequest) -> ObjectList {
        let pods = store.pods
        let found = store.objects.compactMap { detail($0) }.filter { object in
            (request.kind == nil || object.kind == request.kind)
                && (request.namespace == nil || object.namespace == request.namespace || !object.kind.isNamespaced)
                && (request.name == nil || object.name == request.name)
        }
        let order = DataKind.allCases
        return ObjectList(
            items: found.map { object in
                var object = object
                object.usedBy = pods.filter { names($0.pod, object) || selects(object, $0.pod) }.map {
                    object.kind.isNamespaced ? $0.key.name : "\($0.key)"
                }
                return object
            }.sorted { a, b in
                let (first, second) = (order.firstIndex(of: a.kind) ?? 0, order.firstIndex(of: b.kind) ?? 0)
                return (first, a.namespace, a.name) < (second, b.namespace, b.name)
            }
        )
    }

    /// Annotations are left out: kubectl writes the whole object into one of them, a Secret's values included.
    private func detail(_ desired: DesiredObject) -> ObjectDetail? {
        let kind: DataKind
        switch desired.object {
        case .configMap: kind = .configMap
        case .secret: kind = .secret
        case .persistentVolumeClaim: kind = .persistentVolumeClaim
        case .priorityClass: kind = .priorityClass
        case .runtimeClass: kind = .runtimeClass
        case .networkPolicy: kind = .networkPolicy
        case .workload: return nil
        }
        let metadata = desired.object.metadata
        var detail = ObjectDetail(kind, namespace: metadata.namespace, name: metadata.name, file: desired.file)
        detail.labels = metadata.labels
        detail.warnings = desired.warnings
        switch desired.object {
        case .configMap(let map):
            detail.immutable = map.isImmutable
            detail.keys = keys(map.files)
        case .secret(let secret):
            detail.immutable = secret.isImmutable
            detail.type = secret.type
            detail.keys = keys(secret.data)
        case .persistentVolumeClaim(let claim):
            detail.claim = ObjectDetail.Claim(
                accessModes: claim.spec.accessModes.map(\.rawValue),
                storage: claim.spec.resources.requests["storage"].map { "\($0)" },
                reclaimPolicy: claim.reclaimPolicy.rawValue
            )
        case .priorityClass(let found):
            detail.priority = ObjectDetail.Priority(
                value: found.value,
                globalDefault: found.globalDefault ?? false,
                preemptionPolicy: found.preemptionPolicy ?? "PreemptLowerPriority",
                description: found.description
            )
        case .runtimeClass(let found):
            let overhead = found.overhead?.podFixed ?? [:]
            detail.runtime = ObjectDetail.Runtime(handler: found.handler, overhead: overhead.mapValues { "\($0)" })
        case .networkPolicy(let policy): detail.policy = ObjectDetail.Policy(policy)
        case .workload: break
        }
        return detail
    }

    private func keys(_ values: [String: [UInt8]]) -> [ObjectDetail.Key] {
        values.sorted { $0.key < $1.key }.map { ObjectDetail.Key(name: $0.key, bytes: $0.value.count) }
    }

    private func names(_ pod: Pod, _ object: ObjectDetail) -> Bool {
        switch object.kind {
        case .priorityClass: return pod.spec.priorityClassName == object.name
        case .runtimeClass: return pod.spec.runtimeClassName == object.name
        case .networkPolicy: return false
        case .configMap, .secret, .persistentVolumeClaim: break
        }
        guard pod.metadata.namespace == object.namespace else { return false }
        let references = PodReferences(of: pod)
        return switch object.kind {
        case .configMap: references.configMaps.contains(object.name)
        case .secret: references.secrets.contains(object.name)
        case .persistentVolumeClaim: references.claims.contains(object.name)
        case .priorityClass, .runtimeClass, .networkPolicy: false
        }
    }

    /// Whether a policy selects a pod. One on the host's network is the host.
    private func selects(_ object: ObjectDetail, _ pod: Pod) -> Bool {
        guard object.kind == .networkPolicy, pod.spec.hostNetwork != true, pod.metadata.namespace == object.namespace else { return false }
        let name = ObjectName(.networkPolicy, namespace: object.namespace, name: object.name)
        guard case .networkPolicy(let policy)? = store.objects.first(where: { $0.name == name })?.object else { return false }
        return policy.spec.podSelector?.matches(pod.metadata.labels) ?? true
    }
}
