import Linux

extension PodLifecycle {
    /// What of a remark is kept: about as much as an event of the API holds.
    private static let remarkLimit = 1024

    mutating func handleProbe(_ event: PodEvent, at now: Moment) {
        switch event {
        case .probed(let name, let attempt, let kind, let report):
            guard let index = index(of: name, attempt: attempt), case .running = containers[index].stage,
                containers[index].kill == nil
            else { return }
            if let remark = report.remark { note(remark, kind, name, at: now) }
            if let outcome = report.outcome { take(outcome, kind, index) }
        case .probeEnded(let name, let attempt, let kind):
            underWay.remove(.probe(container: name, attempt: attempt, kind))
        default:
            preconditionFailure("not an event of a probe: \(event)")
        }
    }

    private mutating func take(_ outcome: ProbeOutcome, _ kind: ProbeKind, _ index: Int) {
        switch (kind, outcome) {
        case (.readiness, _):
            containers[index].probes.isReady = outcome == .passed
        case (.startup, .passed):
            containers[index].probes.hasStarted = true
        case (.liveness, .passed):
            return
        case (.startup, .failed), (.liveness, .failed):
            let container = containers[index]
            let word = kind == .startup ? "startup" : "liveness"
            let consequence = container.shape.restartPolicy == .never ? "" : ", will be restarted"
            containers[index].kill = ContainerLifecycle.Kill(
                .unhealthy,
                "Container \(container.name) failed \(word) probe\(consequence)",
                grace: container.shape.probes[kind]?.grace
            )
        }
        // An agent that comes after this one goes on from there.
        needsSave = true
    }

    private mutating func note(_ remark: ProbeReport.Remark, _ kind: ProbeKind, _ container: String, at now: Moment) {
        let (reason, message): (PodReason, String) =
            switch remark {
            case .failed(let text): (.unhealthy, "\(kind.rawValue) probe failed: \(Self.printable(text))")
            case .errored(let text):
                (.unhealthy, "\(kind.rawValue) probe errored and resulted in unknown state: \(Self.printable(text))")
            case .warned(let text): (.probeWarning, "\(kind.rawValue) probe warning: \(Self.printable(text))")
            }
        events.note(.warning, reason, message, container: container, at: now.wall)
    }

    /// The text comes from the container: it is not to steer anybody's terminal.
    private static func printable(_ text: String) -> String {
        var printable = ""
        for scalar in text.unicodeScalars.prefix(remarkLimit) {
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            printable.unicodeScalars.append(isControl ? " " : scalar)
        }
        while printable.last == " " { printable.removeLast() }
        return printable
    }

    /// The probes that are to be asked now.
    func stepsToProbe(at index: Int) -> [PodStep] {
        let container = containers[index]
        return container.wantedProbes.map { .probe(container: container.name, attempt: container.attempt, $0) }
    }
}

extension ContainerLifecycle {
    /// Whether its startup probe, if it has one, has passed.
    var hasPassedStartup: Bool { shape.probes[.startup] == nil || probes.hasStarted }

    /// Whether its readiness probe, if it has one, passes.
    var isProbedReady: Bool { hasPassedStartup && (shape.probes[.readiness] == nil || probes.isReady) }

    /// None of one that does not run, or is to be ended.
    var wantedProbes: [ProbeKind] {
        guard !shape.probes.isEmpty, case .running = stage, kill == nil else { return [] }
        let kinds: [ProbeKind] = hasPassedStartup ? [.liveness, .readiness] : [.startup]
        return kinds.filter { shape.probes[$0] != nil }
    }
}
