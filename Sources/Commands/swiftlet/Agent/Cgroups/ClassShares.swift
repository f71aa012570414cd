import PodEngine
import PodSpec
import Synchronization

/// The cpu shares of the classes of pods, as the kubelet has them: burstable pods together get what they request together,
/// those without requests the least that there is.
final class ClassShares: Sendable {
    private let burstable = Mutex<[String: UInt64]>([:])

    /// Notes a pod, and answers the shares of its class; nil for guaranteed pods, which have none between them and the root.
    func set(_ podUID: String, _ limits: PodCgroupLimits) -> UInt64? {
        switch limits.qualityOfService {
        case .guaranteed: return nil
        case .bestEffort: return 2
        case .burstable:
            return burstable.withLock { pods in
                pods[podUID] = limits.cpuShares ?? 2
                return min(max(pods.values.reduce(0, +), 2), 262_144)
            }
        }
    }

    /// A pod that is gone; its part goes when the next one comes.
    func forget(_ podUID: String) { burstable.withLock { _ = $0.removeValue(forKey: podUID) } }
}
