/// The classes that pods of every namespace can name.
public struct ClusterClasses: Sendable, Hashable {
    public var priorities: [String: PriorityClass] = [:]
    public var runtimes: [String: RuntimeClass] = [:]

    /// None.
    public init() {}

    /// Adds a class; anything else is passed over.
    public mutating func insert(_ object: ManifestObject) {
        switch object {
        case .priorityClass(let found): priorities[found.metadata.name] = found
        case .runtimeClass(let found): runtimes[found.metadata.name] = found
        case .configMap, .secret, .persistentVolumeClaim, .workload: break
        }
    }

    /// The priority that a pod gets when it is made, as at an API server; where its class is not there, what is to be said of it.
    public func admit(_ pod: inout Pod) -> String? {
        guard pod.spec.priority == nil else { return nil }
        guard let name = pod.spec.priorityClassName, !name.isEmpty else {
            // Of several defaults the lowest counts, as at an API server.
            pod.spec.priority = priorities.values.filter { $0.globalDefault == true }.map(\.value).min()
            return nil
        }
        if let found = priorities[name] {
            pod.spec.priority = found.value
        } else if pod.effectivePriority == 0 {
            return "spec.priorityClassName: no PriorityClass \"\(name)\" is there; the priority is 0"
        }
        return nil
    }

    /// The handler that the name of a runtime class stands for: its own name where there is no such class.
    public func handler(of name: String) -> String { runtimes[name]?.handler ?? name }
}
