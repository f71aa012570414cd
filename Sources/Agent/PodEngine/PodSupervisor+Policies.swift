import Logging
import PodSpec

extension PodSupervisor {
    /// Tells the networks what pods may say to each other, and which networks they are on now, before any of these pods begins.
    func govern(_ snapshot: ManifestSnapshot) async {
        let policies = snapshot.objects.values.compactMap { desired in
            if case .networkPolicy(let policy) = desired.object { policy } else { nil }
        }
        // On the host's network a pod is the host.
        let pods = snapshot.pods.values.map(\.pod).filter { $0.spec.hostNetwork != true }
        do throws(SandboxFailure) {
            try await context.rooms.networks.govern(policies, pods: pods)
        } catch {
            context.logger.error("networks of pods are not as they should be: \(error)", metadata: ["reason": "NetworksFailed"])
            var happening = EngineHappening(.manifest, "NetworksFailed", "\(error)", at: context.rooms.clock.wall)
            happening.kind = .warning
            context.rooms.observer.happened(happening)
        }
    }
}
