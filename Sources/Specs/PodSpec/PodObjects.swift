/// The objects of one namespace that its pods can refer to, by name.
public struct PodObjects: Sendable, Hashable {
    public var configMaps: [String: ConfigMap] = [:]
    public var secrets: [String: Secret] = [:]
    public var claims: [String: PersistentVolumeClaim] = [:]

    /// Nothing.
    public init() {}

    /// Adds an object; one that no pod refers to is passed over.
    public mutating func insert(_ object: ManifestObject) {
        switch object {
        case .configMap(let map): configMaps[map.metadata.name] = map
        case .secret(let secret): secrets[secret.metadata.name] = secret
        case .persistentVolumeClaim(let claim): claims[claim.metadata.name] = claim
        case .priorityClass, .runtimeClass, .networkPolicy, .workload: break
        }
    }
}

/// An object or key that a pod refers to and that is not there, in the kubelet's words; or a value that cannot be used.
public struct ReferenceFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
