import CRISpec
import OCISpec
import PodEngine

extension ContainerBundle {
    func process(_ capabilities: [String]) throws(CRIFailure) -> RuntimeSpec.Process {
        var process = RuntimeSpec.Process(args: try arguments(), cwd: inputs.image.process.folder(wanted: config.workingDir))
        if config.tty { process.terminal = true }
        process.env = try variables()
        process.user = try user()
        process.capabilities = RuntimeSpec.Process.Capabilities(bounding: capabilities)
        let ambient = try (security.capabilities?.addAmbientCapabilities ?? []).map(canonicalName)
        if !ambient.isEmpty {
            guard ambient.allSatisfy(capabilities.contains) else {
                throw .invalid("ambient capabilities are also among addCapabilities")
            }
            process.capabilities?.ambient = ambient
            process.capabilities?.inheritable = ambient
        }
        process.apparmorProfile = try appArmorProfile()
        process.selinuxLabel = label(type: "container_t", isObject: false)
        process.noNewPrivileges = security.noNewPrivs
        if let adjustment = config.linux?.resources?.oomScoreAdj, adjustment != 0 {
            guard (-1000...1000).contains(adjustment) else { throw .invalid("oomScoreAdj \(adjustment) is not in -1000…1000") }
            // Without CAP_SYS_RESOURCE it cannot be below the agent's own.
            if adjustment > Int64(node.oomScoreAdjustment) || node.capabilities.contains("CAP_SYS_RESOURCE") {
                process.oomScoreAdj = Int(adjustment)
            }
        }
        return process
    }

    private func arguments() throws(CRIFailure) -> [String] {
        guard let all = inputs.image.process.arguments(command: config.command, args: config.args) else {
            throw .invalid("no command specified: neither the container nor its image says what to run")
        }
        return all
    }

    private func variables() throws(CRIFailure) -> [String] {
        var variables = ProcessVariables(of: inputs.image.process, hasTerminal: config.tty, hostname: inputs.hostname)
        for (index, variable) in config.envs.enumerated() {
            guard !variable.key.isEmpty, !variable.key.utf8.contains(UInt8(ascii: "=")), !variable.key.utf8.contains(0) else {
                throw .invalid("envs[\(index)]: \"\(variable.key)\" is no name of a variable")
            }
            guard let value = String(validating: variable.value.bytes, as: UTF8.self), !value.utf8.contains(0) else {
                throw .invalid("envs[\(index)]: the value of \"\(variable.key)\" is no text")
            }
            variables.set(variable.key, value)
        }
        return variables.list
    }

    private func user() throws(CRIFailure) -> RuntimeSpec.Process.User {
        var groups: [UInt32] = []
        var group = inputs.user.gid
        if let wanted = security.runAsGroup { group = try Self.id(wanted.value, "runAsGroup") }
        // Only the groups that the container names, where it is strict.
        let ofImage = security.supplementalGroupsPolicy == .strict ? [] : inputs.user.additionalGroups
        var named: [UInt32] = []
        for group in security.supplementalGroups { named.append(try Self.id(group, "supplementalGroups")) }
        for candidate in [group] + ofImage + named where !groups.contains(candidate) { groups.append(candidate) }
        return RuntimeSpec.Process.User(uid: inputs.user.uid, gid: group, additionalGids: groups)
    }

    static func id(_ value: Int64, _ field: String) throws(CRIFailure) -> UInt32 {
        // The last number means no id at all.
        guard let id = UInt32(exactly: value), id < UInt32.max else { throw .invalid("\(field): \(value) is no id") }
        return id
    }

    /// What `ImageProviding.user` is to be asked for.
    static func userName(_ security: CRI.LinuxContainerSecurityContext, image: PodImage) throws(CRIFailure) -> String {
        if let user = security.runAsUser {
            guard security.runAsUsername.isEmpty else { throw .invalid("runAsUser and runAsUsername exclude each other") }
            return "\(try id(user.value, "runAsUser"))"
        }
        if !security.runAsUsername.isEmpty { return security.runAsUsername }
        if security.runAsGroup != nil {
            throw .invalid("user group \(security.runAsGroup?.value ?? 0) is specified without user")
        }
        return image.process.user
    }
}
