import OCISpec
import PodSpec

extension BundleBuilder {
    /// containerd's default set, plus `add`, minus `drop`; everything for a privileged container.
    func boundingCapabilities() throws(StepFailure) -> [String] {
        if isPrivileged { return node.capabilities }
        let add = try (security.capabilities?.add ?? []).map(canonicalName)
        let drop = try (security.capabilities?.drop ?? []).map(canonicalName)
        return BoundingCapabilities.list(adding: add, dropping: drop, ofAll: node.capabilities)
    }

    private func canonicalName(_ name: String) throws(StepFailure) -> String {
        guard let name = BoundingCapabilities.canonicalName(name) else {
            throw StepFailure(.createContainerConfigError, "unknown capability \"\(name)\"")
        }
        return name
    }

    /// `RuntimeDefault` where nothing is said: the kubelet leaves such containers without a filter, which is weaker.
    func seccomp(capabilities: [String]) throws(StepFailure) -> RuntimeSpec.Linux.Seccomp? {
        if isPrivileged { return nil }
        let profile = security.seccompProfile ?? podSecurity.seccompProfile
        switch profile?.type ?? .runtimeDefault {
        case .unconfined:
            return nil
        case .runtimeDefault:
            let kernel = (major: node.kernelMajor, minor: node.kernelMinor)
            return ContainerDefaults.seccomp(capabilities: capabilities, kernel: kernel)
        case .localhost:
            guard let local = inputs.localSeccompProfile else {
                let name = profile?.localhostProfile ?? ""
                throw StepFailure(.createContainerConfigError, "the seccomp profile \"\(name)\" has not been read")
            }
            return local
        }
    }

    /// The label of the container's processes; nil where the kernel has no SELinux, or nobody asked.
    var processLabel: String? {
        label(type: "container_t", objects: false)
    }

    /// The label of its files.
    var mountLabel: String? {
        label(type: "container_file_t", objects: true)
    }

    /// What is left out is what container-selinux has for containers.
    private func label(type: String, objects: Bool) -> String? {
        guard inputs.hasSELinux, !isPrivileged, let options = security.seLinuxOptions ?? podSecurity.seLinuxOptions
        else { return nil }
        let role = objects ? "object_r" : options.role ?? "system_r"
        let kind = objects ? type : options.type ?? type
        return [options.user ?? "system_u", role, kind, options.level ?? "s0"].joined(separator: ":")
    }

    /// The profile file that a container names, relative to the folder of profiles; nil where it names none.
    static func localSeccompProfile(of container: Container, in pod: Pod) -> String? {
        if container.securityContext?.privileged ?? false { return nil }
        let profile = container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile
        guard let profile, profile.type == .localhost else { return nil }
        return profile.localhostProfile ?? ""
    }
}
