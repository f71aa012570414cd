import Linux
import PodSpec

extension PodSteps {
    /// Asks until there is no more to find out, or until the step is given up.
    func probe(_ name: String, _ attempt: Int, _ kind: ProbeKind, _ lifecycle: PodLifecycle) async -> PodEvent {
        let ended = PodEvent.probeEnded(container: name, attempt: attempt, kind)
        guard let container = lifecycle.containers.first(where: { $0.name == name && $0.attempt == attempt }),
            let shape = container.shape.probes[kind], let process = container.process
        else { return ended }
        let now = rooms.clock.now
        let schedule = ProbeSchedule(
            kind,
            shape,
            startedAt: now.uptime(of: process.startedAt),
            wasReady: container.probes.isReady,
            at: now.uptime
        )
        let target = { @Sendable in handlerTarget(name, attempt, lifecycle) }
        let owner = EngineHappening.Owner(key: desired.key, uid: paths.uid)
        var loop = ProbeLoop(handlers: rooms.handlers, target: target, clock: rooms.clock)
        loop.onAnswer = { [observer = rooms.observer] result, time in
            observer.measured(.probed(owner, container: name, kind, result, time))
        }
        await withTaskExecutorPreference(rooms.handlers.executor(for: shape.action)) { [loop] in
            await loop.run(schedule) { report in
                post(.probed(container: name, attempt: attempt, kind, report))
            }
        }
        return ended
    }

    /// Where the actions of probes and hooks reach a container, by what its pod says now.
    func handlerTarget(_ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) -> HandlerTarget {
        let usesHostNetwork = pod.spec.hostNetwork ?? false
        let addresses = usesHostNetwork ? context.configuration.node.addresses : lifecycle.addresses
        return HandlerTarget(
            containerID: paths.container(name, attempt).id,
            address: addresses.first ?? "127.0.0.1",
            ports: latest.pod.spec.container(named: name)?.ports ?? []
        )
    }
}
