import AgentAPI
import Metrics
import UsageSpec

/// The kubelet's `kubelet_volume_stats_*`: of claims, as there.
public enum VolumeMetrics {
    /// - Parameter fileSystem: that all claims are on.
    public static func families(_ pods: [PodStats], fileSystem: FileSystemUsage?) -> [MetricFamily] {
        var table = FamilyTable()
        var known: Set<String> = []
        for pod in pods {
            for volume in pod.volumes ?? [] {
                // A claim that several pods use is told once.
                guard let claim = volume.claim, known.insert("\(pod.namespace)/\(claim)").inserted else { continue }
                let labels: [MetricFamily.Label] = [
                    .init("namespace", pod.namespace), .init("persistentvolumeclaim", claim),
                ]
                let figures: [(String, String, Int64?)] = [
                    ("used_bytes", "Number of used bytes in the volume", volume.usage.usedBytes),
                    ("inodes_used", "Maximum number of used inodes in the volume", volume.usage.usedInodes),
                    ("capacity_bytes", "Capacity in bytes of the volume", fileSystem?.capacityBytes),
                    ("available_bytes", "Number of available bytes in the volume", fileSystem?.availableBytes),
                    ("inodes", "Maximum number of inodes in the volume", fileSystem?.inodes),
                    ("inodes_free", "Number of free inodes in the volume", fileSystem?.freeInodes),
                ]
                for (name, help, figure) in figures {
                    table.add("kubelet_volume_stats_\(name)", .gauge, help, figure, labels)
                }
            }
        }
        return table.families
    }
}
