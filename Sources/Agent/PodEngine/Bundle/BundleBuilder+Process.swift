import OCISpec
import PodSpec

extension BundleBuilder {
    func process(capabilities: [String]) throws(StepFailure) -> RuntimeSpec.Process {
        let addresses = usesHostNetwork ? node.addresses : inputs.network?.addresses ?? []
        let environment = ContainerEnvironment(container, of: pod, node.fieldSources(podIPs: addresses, inputs.objects))
        if let failure = environment.failure {
            var missing = StepFailure(.createContainerConfigError, "\(failure)")
            missing.awaitsObjects = true
            throw missing
        }
        var process = RuntimeSpec.Process(args: try arguments(environment), cwd: workingDirectory)
        process.env = variables(environment)
        process.user = try user()
        process.capabilities = RuntimeSpec.Process.Capabilities(bounding: capabilities)
        process.apparmorProfile = try appArmorProfile()
        process.noNewPrivileges = security.allowPrivilegeEscalation == false && !isPrivileged
        let adjustment = QualityOfService.oomScoreAdjustment(of: container, in: pod, memory: node.memoryBytes)
        if adjustment > node.oomScoreAdjustment { process.oomScoreAdj = adjustment }
        return process
    }

    /// `command` replaces ENTRYPOINT and drops CMD; `args` replaces CMD.
    private func arguments(_ environment: ContainerEnvironment) throws(StepFailure) -> [String] {
        let command = container.command.map(environment.expand)
        let arguments = container.args.map(environment.expand)
        let image = inputs.image.process
        let head = command.isEmpty ? image.entrypoint : command
        let tail = arguments.isEmpty && command.isEmpty ? image.command : arguments
        let all = head + tail
        guard let program = all.first, !program.isEmpty else {
            throw StepFailure(
                .createContainerError,
                "no command: neither the container nor its image \"\(container.image)\" says what to run"
            )
        }
        return all
    }

    private var workingDirectory: String {
        let wanted = container.workingDir ?? ""
        let directory = wanted.isEmpty ? inputs.image.process.workingDirectory : wanted
        if directory.isEmpty { return "/" }
        // Images may say `srv`; OCI wants an absolute path.
        return directory.hasPrefix("/") ? directory : "/" + directory
    }

    /// The image's variables, then HOSTNAME, then the container's: a later one of the same name takes the place of an earlier.
    private func variables(_ environment: ContainerEnvironment) -> [String] {
        var names: [String] = []
        var values: [String: String] = [:]
        func set(_ name: String, _ value: String) {
            if values.updateValue(value, forKey: name) == nil { names.append(name) }
        }
        let path = ContainerDefaults.path.split(separator: "=", maxSplits: 1).map(String.init)
        if path.count == 2 { set(path[0], path[1]) }
        for entry in inputs.image.process.environment {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            set(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        }
        set("HOSTNAME", PodHostname.hostname(of: pod, node: node))
        for variable in environment.variables { set(variable.name, variable.value) }
        return names.map { "\($0)=\(values[$0] ?? "")" }
    }

    /// The user that the image room found, with what the security contexts say on top.
    private func user() throws(StepFailure) -> RuntimeSpec.Process.User {
        let mustNotBeRoot = security.runAsNonRoot ?? podSecurity.runAsNonRoot ?? false
        if mustNotBeRoot, inputs.user.uid == 0 {
            throw StepFailure(
                .createContainerConfigError,
                "container has runAsNonRoot and would run as root (container \(container.name))"
            )
        }
        let group = security.runAsGroup ?? podSecurity.runAsGroup ?? inputs.user.gid
        var groups: [UInt32] = []
        let all = [group] + inputs.user.additionalGroups + podSecurity.supplementalGroups
        for candidate in all + (podSecurity.fsGroup.map { [$0] } ?? []) where !groups.contains(candidate) {
            groups.append(candidate)
        }
        return RuntimeSpec.Process.User(uid: inputs.user.uid, gid: group, additionalGids: groups)
    }

    /// What `ImageProviding.user` is to be asked for.
    static func userName(of container: Container, in pod: Pod, image: PodImage) -> String {
        let wanted = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser
        return wanted.map { String($0) } ?? image.process.user
    }
}

/// The name that a pod's programs see as the machine's.
package enum PodHostname {
    /// `spec.hostname`, or the pod's name cut to what the kernel takes; the node's name on the host's network.
    package static func hostname(of pod: Pod, node: EngineConfiguration.Node) -> String {
        if pod.spec.hostNetwork ?? false { return node.name }
        if let name = pod.spec.hostname, !name.isEmpty { return name }
        var name = pod.metadata.name.prefix(63)
        while let last = name.last, last == "-" || last == "." { name.removeLast() }
        return String(name)
    }
}
