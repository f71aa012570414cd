/// An object of a manifest other than a pod.
public enum ManifestObject: Sendable, Hashable {
    case configMap(ConfigMap)
    case secret(Secret)
    case persistentVolumeClaim(PersistentVolumeClaim)
    case priorityClass(PriorityClass)
    case runtimeClass(RuntimeClass)
    case networkPolicy(NetworkPolicy)
    /// One of the kinds that make pods.
    case workload(DecodedWorkload)

    /// Who it is.
    public var metadata: ObjectMeta {
        switch self {
        case .configMap(let object): object.metadata
        case .secret(let object): object.metadata
        case .persistentVolumeClaim(let object): object.metadata
        case .priorityClass(let object): object.metadata
        case .runtimeClass(let object): object.metadata
        case .networkPolicy(let object): object.metadata
        case .workload(let decoded): decoded.workload.metadata
        }
    }

    public var kind: ObjectKind {
        switch self {
        case .configMap: .configMap
        case .secret: .secret
        case .persistentVolumeClaim: .persistentVolumeClaim
        case .priorityClass: .priorityClass
        case .runtimeClass: .runtimeClass
        case .networkPolicy: .networkPolicy
        case .workload(let decoded): ObjectKind(rawValue: decoded.workload.kind.rawValue)
        }
    }

    public var name: ObjectName { ObjectName(kind, namespace: metadata.namespace, name: metadata.name) }

    /// Why this object must not take the place of an earlier version of it; nil if it may.
    public func refusal(toReplace old: ManifestObject) -> (path: String, message: String)? {
        let isFrozen: Bool
        switch (old, self) {
        case (.configMap(let old), .configMap(let new)):
            isFrozen = old.isImmutable && (old.files != new.files || !new.isImmutable)
        case (.secret(let old), .secret(let new)):
            if old.type != new.type { return ("type", "the type of a Secret is immutable: it was \"\(old.type)\"") }
            isFrozen = old.isImmutable && (old.data != new.data || !new.isImmutable)
        case (.priorityClass(let old), .priorityClass(let new)):
            if old.value != new.value { return ("value", "the value of a PriorityClass is immutable: it was \(old.value)") }
            isFrozen = false
        case (.runtimeClass(let old), .runtimeClass(let new)):
            if old.handler != new.handler {
                return ("handler", "the handler of a RuntimeClass is immutable: it was \"\(old.handler)\"")
            }
            isFrozen = false
        default:
            isFrozen = false
        }
        return isFrozen ? ("data", "the object is immutable: its first content stays") : nil
    }
}
