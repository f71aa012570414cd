import JSONCoding

/// The API server's rules for probes.
extension PodValidator {
    /// Checks the probes that a container has.
    func validateProbes(of container: Located) {
        let ports = Set((container["ports"]?.elements ?? []).compactMap { $0["name"]?.string })
        for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
            guard let probe = container[name], probe.node.members != nil else { continue }
            validate(probe: probe, kind: name, ports: ports)
        }
    }

    private func validate(probe: Located, kind: String, ports: Set<String>) {
        validateAction(of: probe, among: ["exec", "httpGet", "tcpSocket", "grpc"], ports: ports)
        for name in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
            guard let field = probe[name], let value = field.integer, value < 0 else { continue }
            report.problem(field, "must not be negative")
        }
        // Zero stands for the default, which is 1.
        if kind != "readinessProbe", let field = probe["successThreshold"], let value = field.integer, value > 1 {
            report.problem(field, "must be 1 in a \(kind)")
        }
        guard let grace = probe["terminationGracePeriodSeconds"], let seconds = grace.integer else { return }
        if kind == "readinessProbe" {
            report.problem(grace, "must not be set in a readinessProbe: it ends no container")
        } else if !(1...Int64(Int32.max)).contains(seconds) {
            report.problem(grace, "must be from 1 to \(Int32.max)")
        }
    }

    /// Checks that a probe has one action, and that.
    private func validateAction(of handler: Located, among kinds: [String], ports: Set<String>) {
        let actions = kinds.compactMap { handler[$0] }
        guard let action = actions.first else {
            report.problem(handler, "must have one of \(kinds.joined(separator: ", "))")
            return
        }
        for other in actions.dropFirst() { report.problem(other, "there is one action already: \(action.path)") }
        if let exec = handler["exec"], exec["command"]?.elements.isEmpty ?? true {
            report.problem(exec["command"] ?? exec, "must have a command")
        }
        for kind in ["httpGet", "tcpSocket"] {
            if let port = handler[kind]?["port"] { validate(portReference: port, ports: ports) }
        }
        if let port = handler["grpc"]?["port"], let number = port.integer, Int32(exactly: number) != nil,
            !(1...65535).contains(number)
        {
            report.problem(port, "\(number) is no port (1 to 65535)")
        }
        for header in handler["httpGet"]?["httpHeaders"]?.elements ?? [] {
            if let name = header["name"] { check(name, NameSyntax.isHeaderName, "must be letters, digits and '-'") }
        }
    }

    /// Numbers have been checked already.
    private func validate(portReference port: Located, ports: Set<String>) {
        guard let name = port.string else { return }
        if !NameSyntax.isPortName(name) {
            report.problem(port, "\"\(name)\" must be a port's name: at most 15 of a-z, 0-9 and single '-', with a letter")
        } else if !ports.contains(name) {
            let suggestion = Nearest.name(to: name, among: ports.sorted())
            report.problem(port, "the container has no port named \"\(name)\"", suggestion: suggestion)
        }
    }
}
