import JSONCoding

extension PodValidator {
    func validate(podSecurityContext context: Located) {
        validateIdentity(context)
        if let group = context["fsGroup"] { validate(identifier: group) }
        for group in context["supplementalGroups"]?.elements ?? [] { validate(identifier: group) }
        validateProfiles(context)
    }

    func validate(securityContext context: Located) {
        validateIdentity(context)
        validateProfiles(context)
        for list in ["add", "drop"] {
            for capability in context["capabilities"]?[list]?.elements ?? [] { validate(capability: capability) }
        }
        guard let escalation = context["allowPrivilegeEscalation"], escalation.bool == false else { return }
        if context["privileged"]?.bool == true {
            report.problem(escalation, "cannot be false in a privileged container")
        }
        let added =
            context["capabilities"]?["add"]?.elements.compactMap { $0.string.map(CapabilityName.canonical) } ?? []
        if added.contains("CAP_SYS_ADMIN") {
            report.problem(escalation, "cannot be false in a container with CAP_SYS_ADMIN")
        }
    }

    private func validateIdentity(_ context: Located) {
        for name in ["runAsUser", "runAsGroup"] {
            if let identifier = context[name] { validate(identifier: identifier) }
        }
    }

    private func validate(identifier: Located) {
        guard let value = identifier.integer, !(0...Int64(Int32.max)).contains(value) else { return }
        report.problem(identifier, "\(value) is no user or group (0 to \(Int32.max))")
    }

    private func validate(capability: Located) {
        guard let text = capability.string, !CapabilityName.isKnown(text) else { return }
        let short = text.hasPrefix("CAP_") ? String(text.dropFirst(4)) : text
        let suggestion = Nearest.name(to: short, among: CapabilityName.all)
        report.problem(capability, "\"\(text)\" is no capability", suggestion: suggestion)
    }

    private func validateProfiles(_ context: Located) {
        if let profile = context["seccompProfile"] { validate(localhostProfileOf: profile) }
        guard let profile = context["appArmorProfile"] else { return }
        validate(localhostProfileOf: profile)
        switch profile["type"]?.string {
        case "Localhost":
            report.problem(profile, "not served yet, and the container would be less confined than it asks for")
        case "RuntimeDefault":
            report.warning(profile.path, "not served yet")
        default:
            break
        }
    }

    private func validate(localhostProfileOf profile: Located) {
        let path = profile["localhostProfile"]
        guard profile["type"]?.string == "Localhost" else {
            if let path, path.string?.isEmpty == false { report.problem(path, "is only for the type Localhost") }
            return
        }
        guard let path, let text = path.string, !text.isEmpty else {
            let place = JSONPath.join(profile.path, "localhostProfile")
            report.problem(path: place, position: profile.node.position, "missing: the type Localhost wants a file")
            return
        }
        if PathSyntax.isAbsolute(text) {
            report.problem(path, "\"\(text)\" must be relative to the folder of profiles")
        } else if PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        }
    }
}
