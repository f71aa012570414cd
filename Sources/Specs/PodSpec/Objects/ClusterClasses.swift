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
        case .configMap, .secret, .persistentVolumeClaim, .networkPolicy, .workload: break
        }
    }

    /// The priority and the overhead that a pod gets when it is made, as at an API server. What is to be said of it: that its class
    /// is not there, or has another overhead than the pod says.
    public func admit(_ pod: inout Pod) -> [String] {
        [admitPriority(of: &pod), admitOverhead(of: &pod)].compactMap { $0 }
    }

    /// An API server refuses a pod that says another overhead than its class; here what the pod says stands.
    private func admitOverhead(of pod: inout Pod) -> String? {
        guard let name = pod.spec.runtimeClassName, let fixed = runtimes[name]?.overhead?.podFixed, !fixed.isEmpty else { return nil }
        if pod.spec.overhead.isEmpty { pod.spec.overhead = fixed }
        return pod.spec.overhead == fixed ? nil : "spec.overhead: the RuntimeClass \"\(name)\" has another one; the pod's own counts"
    }

    private func admitPriority(of pod: inout Pod) -> String? {
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
