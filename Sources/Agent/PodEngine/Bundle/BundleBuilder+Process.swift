import OCISpec
import PodSpec

extension BundleBuilder {
    func process(capabilities: [String]) throws(StepFailure) -> RuntimeSpec.Process {
        let environment = inputs.environment(on: node)
        if let failure = environment.failure {
            var missing = StepFailure(.createContainerConfigError, "\(failure)")
            missing.awaitsObjects = true
            throw missing
        }
        let folder = inputs.image.process.folder(wanted: container.workingDir ?? "")
        var process = RuntimeSpec.Process(args: try arguments(environment), cwd: folder)
        process.env = variables(environment)
        if container.tty == true { process.terminal = true }
        process.user = try user()
        process.capabilities = RuntimeSpec.Process.Capabilities(bounding: capabilities)
        process.apparmorProfile = try appArmorProfile()
        process.selinuxLabel = processLabel
        process.noNewPrivileges = security.allowPrivilegeEscalation == false && !isPrivileged
        let adjustment = QualityOfService.oomScoreAdjustment(of: container, in: pod, memory: node.memoryBytes)
        if adjustment > node.oomScoreAdjustment { process.oomScoreAdj = adjustment }
        return process
    }

    private func arguments(_ environment: ContainerEnvironment) throws(StepFailure) -> [String] {
        let all = inputs.image.process.arguments(
            command: container.command.map(environment.expand),
            args: container.args.map(environment.expand)
        )
        guard let all else {
            throw StepFailure(
                .createContainerError,
                "no command: neither the container nor its image \"\(container.image)\" says what to run"
            )
        }
        return all
    }

    private func variables(_ environment: ContainerEnvironment) -> [String] {
        var variables = ProcessVariables(
            of: inputs.image.process,
            hasTerminal: container.tty == true,
            hostname: PodHostname.nodename(of: pod, node: node)
        )
        for variable in environment.variables { variables.set(variable.name, variable.value) }
        return variables.list
    }

    /// The user that the image room found, with what the security contexts say on top.
    private func user() throws(StepFailure) -> RuntimeSpec.Process.User {
        if security.runAsNonRoot ?? podSecurity.runAsNonRoot ?? false { try refuseRoot() }
        let group = security.runAsGroup ?? podSecurity.runAsGroup ?? inputs.user.gid
        var groups: [UInt32] = []
        // Only the groups that the manifest names, where it is strict.
        let ofImage = podSecurity.supplementalGroupsPolicy == .strict ? [] : inputs.user.additionalGroups
        let all = [group] + ofImage + podSecurity.supplementalGroups
        for candidate in all + (podSecurity.fsGroup.map { [$0] } ?? []) where !groups.contains(candidate) {
            groups.append(candidate)
        }
        return RuntimeSpec.Process.User(uid: inputs.user.uid, gid: group, additionalGids: groups)
    }

    /// In the kubelet's words. It believes numbers only: what an image calls "app" may be root.
    private func refuseRoot() throws(StepFailure) {
        let place = "(pod: \"\(pod.metadata.name)_\(pod.metadata.namespace)(\(pod.metadata.uid))\", container: \(container.name))"
        let message: String
        if let user = security.runAsUser ?? podSecurity.runAsUser {
            guard user == 0 else { return }
            message = "container's runAsUser breaks non-root policy \(place)"
        } else {
            let name = inputs.image.process.user.split(separator: ":", omittingEmptySubsequences: false).first ?? ""
            if !name.isEmpty, UInt32(name) == nil {
                message =
                    "container has runAsNonRoot and image has non-numeric user (\(name)), cannot verify user is non-root \(place)"
            } else if inputs.user.uid == 0 {
                message = "container has runAsNonRoot and image will run as root \(place)"
            } else {
                return
            }
        }
        throw StepFailure(.createContainerConfigError, message)
    }

    /// What `ImageProviding.user` is to be asked for.
    static func userName(of container: Container, in pod: Pod, image: PodImage) -> String {
        let wanted = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser
        return wanted.map { String($0) } ?? image.process.user
    }
}

extension BundleBuilder.Inputs {
    /// The variables that the manifest gives the container.
    func environment(on node: EngineConfiguration.Node) -> ContainerEnvironment {
        let addresses = pod.spec.hostNetwork ?? false ? node.addresses : network?.addresses ?? []
        return ContainerEnvironment(container, of: pod, node.fieldSources(podIPs: addresses, objects))
    }
}
