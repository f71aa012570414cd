import PodSpec

/// How much a pod may write to the disk: sizes of its `emptyDir` volumes, and what its containers may write at most. The kubelet's
/// rules (`localStorageEviction`). No I/O.
package struct StorageLimits: Sendable, Hashable {
    private static let resource = "ephemeral-storage"

    /// By volume.
    package var volumes: [String: Quantity] = [:]
    /// By container.
    package var containers: [String: Quantity] = [:]
    /// Bytes, of all together; a container without a limit adds nothing to it, and its files count all the same.
    package var total: Int64?

    package init(_ pod: Pod) {
        for volume in pod.spec.volumes {
            // A tmpfs has its size: more does not fit in.
            guard case .emptyDir(let source) = volume.source, source.isOnDisk, let limit = source.sizeLimit, limit.units > 0
            else { continue }
            volumes[volume.name] = limit
        }
        for container in pod.spec.initContainers + pod.spec.containers {
            if let limit = container.resources.limits[Self.resource] { containers[container.name] = limit }
        }
        if !containers.isEmpty { total = Self.total(pod) }
    }

    package var isEmpty: Bool { volumes.isEmpty && containers.isEmpty }

    /// Which of them a pod has gone beyond; the first counts.
    package func excess(_ consumption: PodConsumption) -> StepFailure? {
        for (name, limit) in volumes.sorted(by: { $0.key < $1.key }) {
            if consumption.volumes[name]?.bytes ?? 0 > limit.units { return EvictionWords.volume(name, exceeds: limit) }
        }
        if let total, consumption.total(.storage) > total { return EvictionWords.pod(exceeds: total) }
        for (name, limit) in containers.sorted(by: { $0.key < $1.key }) {
            if consumption.containers[name]?.disk.bytes ?? 0 > limit.units {
                return EvictionWords.container(name, exceeds: limit)
            }
        }
        return nil
    }

    /// Init containers run one after the other, beside the sidecars before them.
    private static func total(_ pod: Pod) -> Int64 {
        func limit(_ container: Container) -> Int64 { container.resources.limits[resource]?.units ?? 0 }
        var sidecars: Int64 = 0
        var most: Int64 = 0
        for container in pod.spec.initContainers {
            if container.restartPolicy == .always {
                sidecars = sidecars.addingClamped(limit(container))
                most = max(most, sidecars)
            } else {
                most = max(most, sidecars.addingClamped(limit(container)))
            }
        }
        return max(most, pod.spec.containers.reduce(sidecars) { $0.addingClamped(limit($1)) })
    }
}
