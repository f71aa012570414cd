import JSONCoding

/// What a container may say about its life: restart policy and rules, hooks, the stop signal, the termination message.
extension PodValidator {
    func validateLife(of container: Located, in spec: Located, isInit: Bool) {
        let isSidecar = isInit && container["restartPolicy"]?.string == "Always"
        if isInit, !isSidecar {
            for name in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"] {
                if let value = container[name] { report.problem(value, "is not for init containers") }
            }
        } else if let lifecycle = container["lifecycle"] {
            validate(lifecycle: lifecycle, in: spec)
        }
        validateRestartRules(of: container)
        if let path = container["terminationMessagePath"], let text = path.string, PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        }
    }

    /// The conditions of readiness gates that an annotation declares.
    func validateDeclaredConditions(_ annotations: Located?) {
        guard let declared = annotations?[Pod.conditionsAnnotation], let text = declared.string else { return }
        guard Pod.conditions(text) == nil else { return }
        report.problem(declared, "\"\(text)\" must be a list of conditions: TYPE=True,TYPE=False")
    }

    /// The networks beside the pod's own.
    func validateNetworks(_ annotations: Located?) {
        if let sends = annotations?[Pod.sendsForOthersAnnotation], let text = sends.string, !["true", "false"].contains(text) {
            report.problem(sends, "\"\(text)\" is neither true nor false")
        }
        guard let list = annotations?[Pod.networksAnnotation], let text = list.string else { return }
        do throws(Pod.NetworkListError) { _ = try Pod.networks(text) } catch { report.problem(list, error.message) }
        if root["spec"]?["hostNetwork"]?.bool == true { report.problem(list, "must not be there with hostNetwork") }
    }

    /// Limits of the pod's interface.
    func validateBandwidth(_ annotations: Located?) {
        for name in [BandwidthLimits.ingressAnnotation, BandwidthLimits.egressAnnotation] {
            guard let limit = annotations?[name], let text = limit.string else { continue }
            do throws(BandwidthLimits.Refusal) { _ = try BandwidthLimits([name: text]) } catch {
                report.problem(limit, error.message)
            }
        }
    }

    private func validateRestartRules(of container: Located) {
        guard let rules = container["restartPolicyRules"], !rules.elements.isEmpty else { return }
        if container["restartPolicy"] == nil {
            report.problem(rules, "must not be there without restartPolicy beside it")
        }
        if rules.elements.count > 20 { report.problem(rules, "must have at most 20 rules") }
        for rule in rules.elements where rule.node.members != nil {
            guard let exitCodes = rule["exitCodes"] else {
                report.problem(rule, "exitCodes is missing")
                continue
            }
            let values = exitCodes["values"]?.elements ?? []
            if values.isEmpty { report.problem(exitCodes, "must have at least one of values") }
            if values.count > 255 { report.problem(exitCodes, "must have at most 255 values") }
            var known: Set<Int64> = []
            for value in values {
                guard let number = value.integer else { continue }
                if !known.insert(number).inserted { report.problem(value, "\(number) appears twice") }
            }
        }
    }

    private func validate(lifecycle: Located, in spec: Located) {
        let grace = spec["terminationGracePeriodSeconds"]?.integer ?? 30
        for name in ["postStart", "preStop"] {
            guard let hook = lifecycle[name], let members = hook.node.members else { continue }
            let kinds = ["exec", "httpGet", "tcpSocket", "sleep"]
            let named = members.filter { kinds.contains($0.key) && !$0.value.isNull }
            if named.count != 1 {
                report.problem(hook, "must have exactly one of \(kinds.joined(separator: ", "))")
            }
            validate(action: hook, grace: grace)
        }
        if let signal = lifecycle["stopSignal"], let text = signal.string { validate(stopSignal: signal, text, in: spec) }
    }

    private func validate(action: Located, grace: Int64) {
        if let exec = action["exec"], exec["command"]?.elements.isEmpty ?? true {
            report.problem(exec, "must have a command")
        }
        for place in [action["httpGet"]?["port"], action["tcpSocket"]?["port"]] {
            guard let place, place.string != nil else { continue }
            let rule = "must be at most 15 of a-z, 0-9 and single '-', with a letter, and no '-' at either end"
            check(place, NameSyntax.isPortName, rule)
        }
        for header in action["httpGet"]?["httpHeaders"]?.elements ?? [] {
            guard let name = header["name"] else { continue }
            check(name, NameSyntax.isHeaderName, "must be letters, digits and '-'")
        }
        // A pause as long as the grace period is still none that it could not cut off.
        if let seconds = action["sleep"]?["seconds"], let value = seconds.integer, !(0...max(0, grace)).contains(value) {
            report.problem(seconds, "must be from 0 to \(grace), the terminationGracePeriodSeconds")
        }
    }

    /// Which signals there are is said by the operating system, so Kubernetes wants to be told that first.
    private func validate(stopSignal: Located, _ text: String, in spec: Located) {
        guard spec["os"]?["name"]?.string != nil else {
            report.problem(stopSignal, "must not be there without spec.os.name: linux")
            return
        }
        guard !SignalName.all.contains(text) else { return }
        let suggestion = Nearest.name(to: text, among: SignalName.all)
        report.problem(stopSignal, "\"\(text)\" is no signal", suggestion: suggestion)
    }
}
