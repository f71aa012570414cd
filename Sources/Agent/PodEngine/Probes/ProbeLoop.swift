import Linux

/// Puts one probe's question again and again, each time when it is due, until it is answered for good or the task is cancelled.
/// Each probe has a loop of its own: a slow one holds up nobody.
struct ProbeLoop: Sendable {
    /// Probes that are due within so much time of each other share a wake-up of the process.
    static let slack = Duration.milliseconds(50)

    let handlers: any HandlerActing
    /// Asked anew for each question: what the container's ports are called may change while it runs.
    let target: @Sendable () -> HandlerTarget
    let clock: any EngineClock
    /// Told of each answer, and how long it took.
    var onAnswer: @Sendable (HandlerResult, Duration) -> Void = { _, _ in }

    func run(_ schedule: ProbeSchedule, tell: (ProbeReport) -> Void) async {
        var schedule = schedule
        while let dueAt = schedule.dueAt {
            // Only a cancellation ends it early.
            do { try await clock.sleep(until: dueAt.rounded(upTo: Self.slack)) } catch { return }
            let asked = clock.uptime
            let result = await handlers.perform(
                schedule.shape.action,
                on: target(),
                for: .probe,
                within: schedule.shape.timeout
            )
            // What it says then may be nothing but the cancellation.
            if Task.isCancelled { return }
            onAnswer(result, clock.uptime.since(asked))
            if let report = schedule.note(result, at: clock.uptime) { tell(report) }
        }
    }
}

extension Monotonic {
    /// The next multiple of a grain.
    fileprivate func rounded(upTo grain: Duration) -> Monotonic {
        let size = Int64(grain / .nanoseconds(1))
        return Monotonic(nanoseconds: (nanoseconds + size - 1) / size * size)
    }
}
