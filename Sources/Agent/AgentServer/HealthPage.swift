import AgentAPI

/// `/livez`, `/readyz` and `/healthz` in the form that Kubernetes' components give them.
struct HealthPage: Sendable {
    var name: String
    var report: HealthReport

    /// `/livez` looks at what a restart might mend, `/readyz` at what pods need, `/healthz` at both.
    private func counts(_ check: HealthReport.Check) -> Bool {
        switch name {
        case "livez": check.live
        case "readyz": check.ready
        default: check.live || check.ready
        }
    }

    func answer(verbose: Bool) -> HTTPServing.Answer {
        let isWell = !report.checks.contains { counts($0) && $0.status == .failed }
        if isWell && !verbose { return HTTPServing.Answer(status: .ok, body: Array("ok".utf8)) }
        // To ask and to be answered is what the first line tests.
        var lines = ["[+]ping ok"]
        for check in report.checks where verbose || counts(check) {
            switch check.status {
            case .ok: lines.append("[+]\(check.name) ok")
            case .failed:
                let ignored = counts(check) ? "" : " (does not count here)"
                lines.append("[-]\(check.name) failed: \(check.message ?? "no reason given")\(ignored)")
            }
        }
        lines.append("\(name) check \(isWell ? "passed" : "failed")")
        return .text(isWell ? .ok : .serviceUnavailable, lines.joined(separator: "\n"))
    }
}
