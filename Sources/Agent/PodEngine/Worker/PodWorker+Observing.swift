import Linux
import PodSpec

extension PodWorker {
    /// Tells what happened, before the lifecycle has drawn its conclusions: what the log says and no occurrence does.
    func tell(_ event: PodEvent, _ paths: PodPaths) {
        let (observer, now) = (context.rooms.observer, context.rooms.clock.wall)
        let owner = EngineHappening.Owner(key: key, uid: paths.uid)
        switch event {
        case .sandboxReady(let network):
            let addresses = network?.addresses.joined(separator: ", ") ?? "the host's network"
            observer.happened(EngineHappening(.pod, "SandboxReady", "Sandbox ready: \(addresses)", of: owner, at: now))
            guard let network else { return }
            var happening = EngineHappening(.network, "NetworkAttached", "Addresses \(addresses)", of: owner, at: now)
            happening.name = network.network
            observer.happened(happening)
        case .started(_, let attempt, _):
            observer.measured(.containerStarted(isRestart: attempt > 0))
        case .ended(let container, let attempt, let end):
            let isWell = end.exitCode == 0 && end.reason != .oomKilled
            let message = "Container \(container) ended with \(end.exitCode) (\(end.reason))"
            var happening = EngineHappening(.container, "ContainerDied", message, of: owner, at: now)
            happening.kind = isWell ? .normal : .warning
            happening.container = container
            happening.containerID = paths.container(container, attempt).id
            happening.exit = end
            observer.happened(happening)
        default: break
        }
    }

    /// Tells the occurrences that the lifecycle has noted since the last time.
    ///
    /// - Parameter event: what it noted them for; nil where it was a wish.
    func tellOccurrences(of lifecycle: inout PodLifecycle, for event: PodEvent?, _ paths: PodPaths) {
        for occurrence in lifecycle.events.takeFresh() {
            let reason = occurrence.reason.rawValue
            let owner = EngineHappening.Owner(key: key, uid: paths.uid)
            var happening = EngineHappening(.pod, reason, occurrence.message, of: owner, at: occurrence.last)
            happening.kind = occurrence.kind
            if let container = occurrence.container {
                happening.subject = .container
                happening.container = container
            }
            switch event {
            case .imagePulling(let request), .imageReady(let request, _, _), .imageFailed(let request, _):
                happening.subject = .image
                happening.name = request.reference
            case .started(let container, let attempt, _), .startFailed(let container, let attempt, _):
                happening.containerID = paths.container(container, attempt).id
            default: break
            }
            context.rooms.observer.happened(happening)
        }
    }

    /// Tells that a pod has begun (`reason` PodCreated) or that nothing of it is left.
    func tell(_ reason: String, _ message: String, uid: String) {
        let owner = EngineHappening.Owner(key: key, uid: uid)
        let happening = EngineHappening(.pod, reason, message, of: owner, at: context.rooms.clock.wall)
        context.rooms.observer.happened(happening)
    }

    /// Runs a step, and has the time measured that it took where it has an end of its own.
    func measuring(_ step: PodStep, _ run: () async -> PodEvent?) async -> PodEvent? {
        guard let word = step.word else { return await run() }
        let begun = context.rooms.clock.uptime
        let event = await run()
        context.rooms.observer.measured(.step(word, context.rooms.clock.uptime.since(begun)))
        return event
    }
}

extension PodStep {
    /// What it is called where steps are counted; nil for those that last as long as a container does.
    fileprivate var word: String? {
        switch self {
        case .record: "record"
        case .prepareSandbox: "prepare_sandbox"
        case .prepareVolumes: "prepare_volumes"
        case .updateVolumes: "update_volumes"
        case .fetchImage: "fetch_image"
        case .start: "start"
        case .postStart: "post_start"
        case .preStop: "pre_stop"
        case .terminate: "terminate"
        case .kill: "kill"
        case .resize: "resize"
        case .save: "save"
        case .releaseSandbox: "release_sandbox"
        case .tearDown: "tear_down"
        case .probe, .watch, .watchInit: nil
        }
    }
}
