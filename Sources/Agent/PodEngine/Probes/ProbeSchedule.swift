import Linux

/// When a probe of one attempt at running a container is due, and what its answers come to: the kubelet's rules as a value.
/// No I/O.
package struct ProbeSchedule: Sendable, Hashable {
    let kind: ProbeKind
    let shape: ProbeShape
    /// When the next question is to be put; nil when there is no more to find out.
    package private(set) var dueAt: Monotonic?
    /// What the probe says; nil for a startup probe that has not decided yet.
    package private(set) var outcome: ProbeOutcome?
    /// The latest tick of the probe's clock, which goes on at its pace however long answers take.
    private var tick: Monotonic
    private var latest: ProbeOutcome?
    private var repetitions = 0

    /// Begins to ask.
    ///
    /// - Parameters:
    ///   - startedAt: when the container was started.
    ///   - wasReady: what an earlier agent, or an earlier startup probe, left of readiness.
    package init(_ kind: ProbeKind, _ shape: ProbeShape, startedAt: Monotonic, wasReady: Bool, at now: Monotonic) {
        self.kind = kind
        self.shape = shape
        tick = max(startedAt.advanced(by: shape.initialDelay), now)
        dueAt = tick
        outcome =
            switch kind {
            case .startup: nil
            case .liveness: .passed
            case .readiness: wasReady ? .passed : .failed
            }
    }

    /// Takes an answer, and says what of it is to be told; nil for nothing.
    package mutating func note(_ result: HandlerResult, at now: Monotonic) -> ProbeReport? {
        advance(to: now)
        var report = ProbeReport()
        switch result {
        case .success(let warning):
            report.remark = warning.map { .warned($0) }
            report.outcome = count(.passed, upTo: shape.successThreshold)
        case .failure(let message):
            report.remark = .failed(message)
            report.outcome = count(.failed, upTo: shape.failureThreshold)
        case .unknown(let message):
            report.remark = .errored(message)
        }
        return report.isEmpty ? nil : report
    }

    /// The next tick; at once where one has passed while the answer was waited for.
    private mutating func advance(to now: Monotonic) {
        let period = max(shape.period, .milliseconds(1))
        let passed = Int64(now.since(tick) / period)
        if passed >= 1 {
            tick = tick.advanced(by: period * Double(passed))
            dueAt = now
        } else {
            tick = tick.advanced(by: period)
            dueAt = tick
        }
    }

    private mutating func count(_ answer: ProbeOutcome, upTo threshold: Int) -> ProbeOutcome? {
        repetitions = latest == answer ? repetitions + 1 : 1
        latest = answer
        guard repetitions >= threshold, outcome != answer else { return nil }
        outcome = answer
        // Whatever it says, a startup probe has said it; a container that is dead is not asked again.
        if kind == .startup || kind == .liveness && answer == .failed { dueAt = nil }
        return answer
    }
}
