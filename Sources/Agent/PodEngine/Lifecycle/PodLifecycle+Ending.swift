import Linux

/// How one container is ended: its preStop hook, its turn, the signal, SIGKILL, all within the grace period.
extension PodLifecycle {
    /// - Parameter mayAsk: whether its turn has come.
    mutating func stepsToEndContainer(at index: Int, grace: Duration, mayAsk: Bool, at now: Moment) -> [PodStep] {
        let container = containers[index]
        let (name, attempt) = (container.name, container.attempt)
        switch container.stage {
        case .postStarting(let process), .running(let process):
            let message = container.kill?.message ?? "Stopping container \(name)"
            events.note(.normal, .killing, message, container: name, at: now.wall)
            let watch = PodStep.watch(container: name, attempt: attempt)
            if grace <= .zero { return [watch, kill(index, process, at: now)] }
            let deadline = now.uptime.advanced(by: grace)
            if container.shape.hasPreStop {
                containers[index].stage = .stopping(process, .preStop, deadline: deadline)
                return [watch, .preStop(container: name, attempt: attempt)]
            }
            if mayAsk { return [watch, ask(index, process, until: deadline)] }
            containers[index].stage = .stopping(process, .waiting, deadline: deadline)
            return [watch]
        case .stopping(let process, .preStop, let deadline) where now.uptime >= deadline:
            let message = "PreStopHook did not end within the grace period"
            events.note(.warning, .failedPreStopHook, message, container: name, at: now.wall)
            return [ask(index, process, until: now.uptime.advanced(by: Self.leastGrace))]
        case .stopping(let process, .waiting, let deadline) where mayAsk || now.uptime >= deadline:
            return [ask(index, process, until: max(deadline, now.uptime.advanced(by: Self.leastGrace)))]
        case .stopping(let process, .asked, let deadline) where now.uptime >= deadline:
            let message = "Container \(name) did not end within its grace period"
            events.note(.warning, .killing, message, container: name, at: now.wall)
            return [kill(index, process, at: now)]
        case .stopping(let process, .killed, let deadline) where now.uptime >= deadline:
            // A process in an uninterruptible sleep. The removal kills by cgroup and fails loudly if that does not help.
            let message = "did not end after SIGKILL"
            events.note(.warning, .failedKillPod, "Container \(name) \(message)", container: name, at: now.wall)
            conclude(index, with: .unknown(message, startedAt: process.startedAt, at: now.wall), at: now)
            return goal == .run && !isConcluded ? stepsOfContainer(at: index, mayStart: false, at: now) : []
        case .idle, .starting, .blocked, .backingOff, .stopping, .ended:
            return []
        }
    }

    private mutating func ask(_ index: Int, _ process: RunningContainer, until deadline: Monotonic) -> PodStep {
        containers[index].stage = .stopping(process, .asked, deadline: deadline)
        return .terminate(container: containers[index].name, attempt: containers[index].attempt)
    }

    private mutating func kill(_ index: Int, _ process: RunningContainer, at now: Moment) -> PodStep {
        let deadline = now.uptime.advanced(by: Self.killPatience)
        containers[index].stage = .stopping(process, .killed, deadline: deadline)
        return .kill(container: containers[index].name, attempt: containers[index].attempt)
    }
}
