import Logging

extension PodWorker {
    /// Logs what happened, before the lifecycle has taken note of it.
    func log(_ event: PodEvent, _ logger: Logger, _ paths: PodPaths) {
        switch event {
        case .sandboxReady(let network):
            let addresses = network?.addresses.joined(separator: ", ") ?? "the host's network"
            logger.log(.info, .sandboxReady, "sandbox ready", ["id": "\(paths.uid)", "addresses": "\(addresses)"])
        case .started(let container, let attempt, let process):
            var metadata = about(container, attempt, paths)
            metadata["pid"] = "\(process.pid)"
            logger.log(.info, .containerStarted, "container started", metadata)
        case .ended(let container, let attempt, let end):
            logEnd(end, logger, about(container, attempt, paths))
        case .imageReady(let request, let image, pulled: true):
            let metadata: Logger.Metadata = ["image": "\(request.reference)", "id": "\(image.identifier)"]
            logger.log(.info, .imagePulled, "image pulled", metadata)
        case .imageFailed(let request, let failure):
            let metadata: Logger.Metadata = ["image": "\(request.reference)", "reason": "\(failure.reason)"]
            logger.log(.warning, .imagePullFailed, "\(failure.message)", metadata)
        case .recordFailed(let failure), .sandboxFailed(let failure), .volumesFailed(let failure),
            .volumesNotUpdated(let failure),
            .makeFailed(_, _, let failure):
            logger.warning("\(failure.message)", metadata: ["reason": "\(failure.reason)"])
        case .startFailed(let container, _, let message):
            logger.warning("\(message)", metadata: ["reason": "StartError", "container": "\(container)"])
        // What a hook says may be a secret.
        case .postStarted(let container, _, let error):
            if error != nil { logger.warning("PostStartHook failed", metadata: ["container": "\(container)"]) }
        case .preStopped(let container, _, let error):
            if error != nil { logger.warning("PreStopHook failed", metadata: ["container": "\(container)"]) }
        case .evict(let failure, _):
            logger.log(.warning, .podEvicted, "\(failure.message)", ["reason": "\(failure.reason)", "name": "\(key)", "id": "\(paths.uid)"])
        case .tornDown(let errors), .sandboxReleased(let errors):
            for error in errors { logger.error("\(error)", metadata: ["reason": "FailedKillPod"]) }
        case .signalled(_, .some(let error)), .saved(.some(let error)):
            logger.error("\(error)")
        default:
            logger.debug("\(event)")
        }
    }

    /// Logs what the lifecycle has made of an event: that a container waits before it is started again.
    func logBackOff(after event: PodEvent, _ lifecycle: PodLifecycle, _ logger: Logger, _ paths: PodPaths) {
        let name: String
        switch event {
        case .ended(let container, _, _), .startFailed(let container, _, _): name = container
        default: return
        }
        guard let container = lifecycle.containers.first(where: { $0.name == name }),
            case .backingOff(let until) = container.stage
        else { return }
        let delay = until.since(context.rooms.clock.now.uptime)
        guard delay > .zero else { return }
        logger.log(
            .warning,
            .containerBackOff,
            "container waits \(delay.components.seconds) s before it is started again",
            about(name, container.attempt, paths)
        )
    }

    private func logEnd(_ end: ContainerTermination, _ logger: Logger, _ about: Logger.Metadata) {
        let isOOM = end.reason == .oomKilled
        if isOOM { logger.log(.warning, .containerOOMKilled, "container killed for want of memory", about) }
        var metadata = about
        metadata["exit-code"] = "\(end.exitCode)"
        metadata["signal"] = end.signal.map { "\($0)" }
        metadata["oom-killed"] = "\(isOOM)"
        metadata["reason"] = "\(end.reason)"
        logger.log(.info, .containerDied, "container ended", metadata)
    }

    private func about(_ container: String, _ attempt: Int, _ paths: PodPaths) -> Logger.Metadata {
        [
            "container": "\(container)", "attempt": "\(attempt)", "name": "\(container)",
            "id": "\(paths.container(container, attempt).id)",
        ]
    }
}
