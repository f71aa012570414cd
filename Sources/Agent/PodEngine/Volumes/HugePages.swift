import PodSpec

/// Which pages a volume of the medium `HugePages` has.
enum HugePages {
    private static let resource = "hugepages-"

    /// Bytes of a page: the medium's own size, or the one size that the pod's containers have limits for.
    static func size(of source: Volume.EmptyDir, in pod: Pod) throws(StepFailure) -> Int64 {
        let requested = Set(
            (pod.spec.initContainers + pod.spec.containers).flatMap { container in
                (Array(container.resources.limits.keys) + Array(container.resources.requests.keys))
                    .filter { $0.hasPrefix(resource) }.compactMap { Quantity(String($0.dropFirst(resource.count)))?.units }
            }
        )
        let medium = source.medium ?? ""
        if medium.hasPrefix("HugePages-"), let size = Quantity(String(medium.dropFirst("HugePages-".count)))?.units {
            guard requested.contains(size) else {
                throw StepFailure(.failedMount, "the medium \(medium) is in no container's resources")
            }
            return size
        }
        guard let size = requested.first else {
            throw StepFailure(.failedMount, "hugePages storage requested, but there is no resource request for huge pages")
        }
        guard requested.count == 1 else {
            throw StepFailure(.failedMount, "medium HugePages is used with more than one page size: name it, as in HugePages-2Mi")
        }
        return size
    }
}
