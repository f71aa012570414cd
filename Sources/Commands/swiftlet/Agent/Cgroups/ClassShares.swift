import PodEngine
import PodSpec
import Synchronization

/// Which class each pod is of, and the classes' cpu shares as the kubelet has them: burstable pods together get what they
/// request together, those without requests the least that there is.
final class ClassShares: Sendable {
    private struct Entry: Sendable {
        var service: Pod.QualityOfService
        var shares: UInt64
    }

    private let pods = Mutex<[String: Entry]>([:])

    /// Notes a pod, and answers the shares of its class; nil for guaranteed pods, which have none between them and the root.
    func set(_ podUID: String, _ limits: PodCgroupLimits) -> UInt64? {
        pods.withLock { pods in
            pods[podUID] = Entry(service: limits.qualityOfService, shares: limits.cpuShares ?? 2)
            switch limits.qualityOfService {
            case .guaranteed: return nil
            case .bestEffort: return 2
            case .burstable:
                let sum = pods.values.reduce(UInt64(0)) { $1.service == .burstable ? $0 + $1.shares : $0 }
                return min(max(sum, 2), 262_144)
            }
        }
    }

    /// The class of a pod that has been noted.
    func service(of podUID: String) -> Pod.QualityOfService? { pods.withLock { $0[podUID]?.service } }

    /// A pod that is gone; its part goes when the next one comes.
    func forget(_ podUID: String) { pods.withLock { _ = $0.removeValue(forKey: podUID) } }
}
