import JSONCoding

extension PodValidator {
    func validate(podSecurityContext context: Located) {
        validateIdentity(context)
        if let group = context["fsGroup"] { validate(identifier: group) }
        for group in context["supplementalGroups"]?.elements ?? [] { validate(identifier: group) }
        validateProfiles(context)
        warnOfLabels(context)
    }

    /// The kubelet passes labels on to runtimes that ignore them where the kernel has no SELinux.
    private func warnOfLabels(_ context: Located) {
        guard let options = context["seLinuxOptions"], options.node.members?.isEmpty == false else { return }
        report.warning(options.path, "counts only where the kernel has SELinux")
    }

    func validate(securityContext context: Located) {
        validateIdentity(context)
        validateProfiles(context)
        warnOfLabels(context)
        if let mount = context["procMount"], mount.string == "Unmasked", root["spec"]?["hostUsers"]?.bool != false {
            report.problem(mount, "hostUsers must be false to use Unmasked")
        }
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
        if let profile = context["seccompProfile"],
            let (path, text) = localhostProfile(of: profile, wanting: "a file")
        {
            validate(path, text)
        }
        if let profile = context["appArmorProfile"],
            let (path, text) = localhostProfile(of: profile, wanting: "the name of a loaded profile")
        {
            validate(path, profileName: text)
        }
    }

    /// What `localhostProfile` says, where it has to say something and does.
    private func localhostProfile(of profile: Located, wanting thing: String) -> (Located, String)? {
        let path = profile["localhostProfile"]
        guard profile["type"]?.string == "Localhost" else {
            if let path, path.string?.isEmpty == false { report.problem(path, "is only for the type Localhost") }
            return nil
        }
        guard let path, let text = path.string, !text.isEmpty else {
            let place = JSONPath.join(profile.path, "localhostProfile")
            report.problem(path: place, position: profile.node.position, "missing: the type Localhost wants \(thing)")
            return nil
        }
        return (path, text)
    }

    /// The kernel takes the name as a part of a line: `exec <name>`.
    private func validate(_ path: Located, profileName text: String) {
        if text != text.filter({ !$0.isWhitespace && $0 != "\0" }) {
            report.problem(path, "\"\(text)\" is no name of a profile: it must not hold white space")
        } else if text == "unconfined" {
            report.problem(path, "\"\(text)\" is no profile", suggestion: "type: Unconfined")
        }
    }

    private func validate(_ path: Located, _ text: String) {
        if PathSyntax.isAbsolute(text) {
            report.problem(path, "\"\(text)\" must be relative to the folder of profiles")
        } else if PathSyntax.climbs(text) {
            report.problem(path, "\"\(text)\" must not contain '..'")
        }
    }
}
