import JSONCoding

/// What the API server says about namespaces that a pod shares with the host, and about their parameters.
extension PodValidator {
    func validateNamespaces(of spec: Located) {
        if spec["shareProcessNamespace"]?.bool == true, let host = spec["hostPID"], host.bool == true {
            report.problem(host, "shareProcessNamespace and hostPID cannot both be enabled")
        }
        if spec["hostUsers"]?.bool == false {
            for name in ["hostNetwork", "hostPID", "hostIPC"] {
                guard let host = spec[name], host.bool == true else { continue }
                report.problem(host, "cannot be true when hostUsers is false")
            }
        }
        validate(
            sysctls: spec["securityContext"]?["sysctls"],
            hostNetwork: spec["hostNetwork"]?.bool ?? false,
            hostIPC: spec["hostIPC"]?.bool ?? false
        )
    }

    private func validate(sysctls: Located?, hostNetwork: Bool, hostIPC: Bool) {
        var names: [String: SourcePosition?] = [:]
        for sysctl in sysctls?.elements ?? [] {
            guard let name = sysctl["name"], let text = name.string else { continue }
            guard KernelParameter.isName(text) else {
                report.problem(name, "\"\(text)\" is no name of a kernel parameter, such as net.ipv4.tcp_syncookies")
                continue
            }
            let parameter = KernelParameter(text)
            checkUnique(name, parameter.name, among: &names)
            switch parameter.namespace {
            case .network where hostNetwork: report.problem(name, "may not be specified when hostNetwork is true")
            case .ipc where hostIPC: report.problem(name, "may not be specified when hostIPC is true")
            case .network, .ipc: break
            case nil: report.problem(name, "\"\(parameter.name)\" belongs to no namespace of a pod, but to the machine")
            }
        }
    }
}
