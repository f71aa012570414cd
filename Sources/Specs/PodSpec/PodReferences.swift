/// The objects beside a pod that it names, in its own namespace: whether they are there or not.
public struct PodReferences: Sendable, Hashable {
    /// ConfigMaps and Secrets that containers have variables of: these are read when a container starts.
    public private(set) var variables = Names()
    /// ConfigMaps and Secrets whose keys are files: these follow a change.
    public private(set) var files = Names()
    public private(set) var claims: Set<String> = []
    /// Secrets with credentials for pulls.
    public private(set) var pulls: Set<String> = []

    /// Names by kind.
    public struct Names: Sendable, Hashable {
        public var configMaps: Set<String> = []
        public var secrets: Set<String> = []
    }

    public var configMaps: Set<String> { variables.configMaps.union(files.configMaps) }
    public var secrets: Set<String> { variables.secrets.union(files.secrets).union(pulls) }

    /// Looks through containers and volumes.
    public init(of pod: Pod) {
        pulls = Set(pod.spec.imagePullSecrets.map(\.name))
        for container in pod.spec.initContainers + pod.spec.containers { variables.add(container) }
        for volume in pod.spec.volumes {
            switch volume.source {
            case .configMap(let source): files.configMaps.formUnion([source.name].compactMap { $0 })
            case .secret(let source): files.secrets.formUnion([source.secretName].compactMap { $0 })
            case .persistentVolumeClaim(let source): claims.insert(source.claimName)
            case .projected(let source): addProjections(source)
            default: break
            }
        }
    }

    private mutating func addProjections(_ projected: Volume.Projected) {
        for source in projected.sources {
            if let name = source.configMap?.name { files.configMaps.insert(name) }
            if let name = source.secret?.name { files.secrets.insert(name) }
        }
    }
}

extension PodReferences.Names {
    fileprivate mutating func add(_ container: Container) {
        for variable in container.env {
            if let name = variable.valueFrom?.configMapKeyRef?.name { configMaps.insert(name) }
            if let name = variable.valueFrom?.secretKeyRef?.name { secrets.insert(name) }
        }
        for source in container.envFrom {
            if let name = source.configMapRef?.name { configMaps.insert(name) }
            if let name = source.secretRef?.name { secrets.insert(name) }
        }
    }
}
