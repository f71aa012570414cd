import Linux

extension PodHistory {
    /// What is to be remembered of a pod now.
    package init(_ lifecycle: PodLifecycle, at now: Moment) {
        addresses = lifecycle.addresses
        conditions = lifecycle.conditions.types.compactMap { type in
            lifecycle.conditions[type].map { Condition(type: type, isTrue: $0.isTrue, since: $0.since.description) }
        }
        verdict = lifecycle.verdict.map { Verdict(reason: $0.reason.rawValue, message: $0.message, isDisruption: $0.isDisruption ? true : nil) }
        containers = lifecycle.containers.map { container in
            var end: End?
            if case .ended(let termination) = container.stage { end = End(termination) }
            let next = container.crashes.attemptAt
            return Container(
                name: container.name,
                attempt: container.attempt,
                running: container.process != nil,
                startedAt: container.process?.startedAt.description,
                end: end,
                previous: container.previous.map(End.init),
                backoffMilliseconds: container.crashes.delay.map { Int64($0 / .milliseconds(1)) },
                backoffUntil: next.map { now.wall.advanced(by: $0.since(now.uptime)).description },
                probedStarted: container.shape.probes.isEmpty ? nil : container.probes.hasStarted,
                probedReady: container.shape.probes.isEmpty ? nil : container.probes.isReady
            )
        }
    }
}

extension PodHistory {
    /// The conditions with the times of their last changes.
    var knownConditions: PodConditions {
        var known: [String: PodConditions.Condition] = [:]
        for condition in conditions ?? [] {
            guard let since = Timestamp(rfc3339: condition.since) else { continue }
            known[condition.type] = PodConditions.Condition(isTrue: condition.isTrue, since: since)
        }
        return PodConditions(known)
    }

    var knownVerdict: StepFailure? {
        verdict.map { verdict in
            var failure = StepFailure(PodReason(rawValue: verdict.reason), verdict.message)
            failure.isDisruption = verdict.isDisruption ?? false
            return failure
        }
    }
}

extension PodHistory.Container {
    /// The back-off as it was, bounded by its own delay so that a clock set back cannot stretch it.
    func backoff(_ policy: Backoff.Policy, at now: Moment) -> Backoff {
        guard let milliseconds = backoffMilliseconds, let text = backoffUntil, let until = Timestamp(rfc3339: text)
        else { return Backoff(policy) }
        let delay = Duration.milliseconds(max(0, milliseconds))
        let wait = min(until.since(now.wall), delay)
        return Backoff(policy, delay: delay, attemptAt: now.uptime.advanced(by: wait))
    }
}

extension PodHistory.End {
    init(_ termination: ContainerTermination) {
        exitCode = termination.exitCode
        signal = termination.signal
        reason = termination.reason.rawValue
        message = termination.message
        startedAt = termination.startedAt?.description
        finishedAt = termination.finishedAt.description
    }

    var termination: ContainerTermination {
        ContainerTermination(
            exitCode: exitCode,
            signal: signal,
            reason: PodReason(rawValue: reason),
            message: message,
            startedAt: startedAt.flatMap { Timestamp(rfc3339: $0) },
            // Only a record edited by hand lacks the time.
            finishedAt: Timestamp(rfc3339: finishedAt) ?? Timestamp(seconds: 0)
        )
    }
}
