import Linux
import PodSpec

extension PodSteps {
    /// For as long as it takes, as the kubelet has it: who waits for it can remove the pod.
    func postStart(_ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async -> PodEvent {
        let hook = pod.spec.container(named: name)?.lifecycle?.postStart
        let error = await carryOut(hook, for: name, attempt, lifecycle, within: nil)
        return .postStarted(container: name, attempt: attempt, error: error)
    }

    /// Within what is left of the grace period.
    func preStop(_ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async -> PodEvent {
        let hook = pod.spec.container(named: name)?.lifecycle?.preStop
        var limit: Duration?
        let state = lifecycle.containers.first { $0.name == name && $0.attempt == attempt }
        if case .stopping(_, _, let deadline) = state?.stage {
            limit = max(.milliseconds(1), deadline.since(rooms.clock.uptime))
        }
        let error = await carryOut(hook, for: name, attempt, lifecycle, within: limit)
        return .preStopped(container: name, attempt: attempt, error: error)
    }

    /// What went wrong; nil if nothing did.
    private func carryOut(
        _ hook: Lifecycle.Handler?,
        for name: String,
        _ attempt: Int,
        _ lifecycle: PodLifecycle,
        within limit: Duration?
    ) async -> String? {
        guard let hook, let action = HandlerAction(hook) else { return "the hook names no action" }
        let target = handlerTarget(name, attempt, lifecycle)
        switch await rooms.handlers.perform(action, on: target, for: .hook, within: limit) {
        case .success: return nil
        case .failure(let message), .unknown(let message): return message
        }
    }
}
