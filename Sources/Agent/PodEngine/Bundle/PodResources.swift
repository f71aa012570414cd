import PodSpec

/// What a pod as a whole requests and may have, by the scheduler's and the kubelet's sums: cpu in thousandths, all else in
/// units.
///
/// Init containers run one after the other, so the largest counts; sidecars run beside all that come after them. What the
/// pod itself says (`spec.resources`) stands for the sums; overhead comes on top.
package struct PodResources {
    let pod: Pod

    package init(_ pod: Pod) {
        self.pod = pod
    }

    /// What the pod is promised of a resource; 0 for nothing.
    package func request(_ name: String) -> Int64 {
        let own = pod.spec.resources
        let base: Int64
        if let request = own?.requests[name] {
            base = Self.amount(request, name)
        } else if let limit = own?.limits[name], !mentions(name) {
            // As the API server fills it in.
            base = Self.amount(limit, name)
        } else {
            base = sum { Self.amount($0.requests[name] ?? $0.limits[name], name) } ?? 0
        }
        return base.addingClamped(overhead(name))
    }

    /// What the pod may have at most; nil where the pod says nothing and not every container has a limit.
    package func limit(_ name: String) -> Int64? {
        if let limit = pod.spec.resources?.limits[name], !limit.isZero {
            return Self.amount(limit, name).addingClamped(overhead(name))
        }
        let total = sum { requirements in
            guard let limit = requirements.limits[name], !limit.isZero else { return nil }
            return Self.amount(limit, name)
        }
        return total.map { $0.addingClamped(overhead(name)) }
    }

    /// The hugepage resources that any container, or the pod, has limits of.
    var hugepages: Set<String> {
        let all = (containers.map(\.resources) + (pod.spec.resources.map { [$0] } ?? [])).flatMap(\.limits.keys)
        return Set(all.filter { $0.hasPrefix("hugepages-") })
    }

    private var containers: [Container] { pod.spec.initContainers + pod.spec.containers }

    private func mentions(_ name: String) -> Bool {
        containers.contains { $0.resources.requests[name] != nil || $0.resources.limits[name] != nil }
    }

    private func overhead(_ name: String) -> Int64 { Self.amount(pod.spec.overhead[name], name) }

    /// Nil where one of the containers has none.
    private func sum(_ value: (ResourceRequirements) -> Int64?) -> Int64? {
        var total: Int64 = 0
        for container in pod.spec.containers {
            guard let part = value(container.resources) else { return nil }
            total = total.addingClamped(part)
        }
        var beside: Int64 = 0
        var most: Int64 = 0
        for container in pod.spec.initContainers {
            guard let part = value(container.resources) else { return nil }
            if container.restartPolicy == .always {
                beside = beside.addingClamped(part)
                total = total.addingClamped(part)
                most = max(most, beside)
            } else {
                most = max(most, beside.addingClamped(part))
            }
        }
        return max(total, most)
    }

    private static func amount(_ quantity: Quantity?, _ name: String) -> Int64 {
        guard let quantity else { return 0 }
        return name == "cpu" ? quantity.milli : quantity.units
    }
}

extension Int64 {
    /// The sum, or the largest number where it is larger.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
