import CRISpec
import OCISpec
import PodEngine

extension ContainerBundle {
    /// containerd's default set, plus `add`, minus `drop`; everything for a privileged container.
    func boundingCapabilities() throws(CRIFailure) -> [String] {
        if isPrivileged { return node.capabilities }
        var (add, drop): ([String], [String]) = ([], [])
        for name in security.capabilities?.addCapabilities ?? [] { add.append(try canonicalName(name)) }
        for name in security.capabilities?.dropCapabilities ?? [] { drop.append(try canonicalName(name)) }
        return BoundingCapabilities.list(adding: add, dropping: drop, ofAll: node.capabilities)
    }

    func canonicalName(_ name: String) throws(CRIFailure) -> String {
        guard let name = BoundingCapabilities.canonicalName(name) else { throw .invalid("unknown capability \"\(name)\"") }
        return name
    }

    /// As CRI's runtimes have it: a container for which no profile is named has no filter.
    func seccomp(_ capabilities: [String]) throws(CRIFailure) -> RuntimeSpec.Linux.Seccomp? {
        if isPrivileged { return nil }
        switch try Self.seccompProfile(security)?.profileType {
        case nil, .unconfined?: return nil
        case .runtimeDefault?:
            return ContainerDefaults.seccomp(capabilities: capabilities, kernel: (node.kernelMajor, node.kernelMinor))
        case .localhost?:
            guard let profile = inputs.seccomp else { throw CRIFailure(.internal, "the seccomp profile has not been read") }
            return profile
        }
    }

    /// The profile that a container names, also by the deprecated field; nil where it names none.
    static func seccompProfile(_ security: CRI.LinuxContainerSecurityContext) throws(CRIFailure) -> CRI.SecurityProfile? {
        try profile(security.seccomp, security.seccompProfilePath, "seccomp")
    }

    static func appArmorProfile(_ security: CRI.LinuxContainerSecurityContext) throws(CRIFailure) -> CRI.SecurityProfile? {
        try profile(security.apparmor, security.apparmorProfile, "apparmor")
    }

    private static func profile(
        _ profile: CRI.SecurityProfile?,
        _ text: String,
        _ field: String
    ) throws(CRIFailure) -> CRI.SecurityProfile? {
        if let profile {
            if profile.profileType == .localhost, profile.localhostRef.isEmpty {
                throw .invalid("\(field): the type Localhost needs localhostRef")
            }
            return profile
        }
        var found = CRI.SecurityProfile()
        switch text {
        case "": return nil
        case "runtime/default", "docker/default": return found
        case "unconfined":
            found.profileType = .unconfined
            return found
        case let text where text.hasPrefix("localhost/") && text.utf8.count > 10:
            found.profileType = .localhost
            found.localhostRef = String(text.dropFirst("localhost/".count))
            return found
        default: throw .invalid("invalid \(field) profile \"\(text)\"")
        }
    }

    /// The name of the profile that a container is to have if the kernel has it, and whether somebody asked for it.
    static func wantedAppArmor(
        _ security: CRI.LinuxContainerSecurityContext
    ) throws(CRIFailure) -> (name: String, isAsked: Bool)? {
        let asked = try appArmorProfile(security)
        switch asked?.profileType {
        case nil: return security.privileged ? nil : (BundleBuilder.defaultAppArmorProfile, false)
        case .unconfined?: return nil
        case .runtimeDefault?: return security.privileged ? nil : (BundleBuilder.defaultAppArmorProfile, true)
        case .localhost?:
            let name = asked?.localhostRef ?? ""
            return (name.hasPrefix("localhost/") ? String(name.dropFirst(10)) : name, true)
        }
    }

    /// Where nobody asked, a machine without AppArmor or without the profile runs the container; where somebody did, that would be
    /// less than asked for, and is an error.
    func appArmorProfile() throws(CRIFailure) -> String? {
        guard let wanted = try Self.wantedAppArmor(security) else { return nil }
        switch inputs.appArmor {
        case .loaded: return wanted.name
        case .missing where wanted.isAsked:
            throw CRIFailure(.failedPrecondition, "the AppArmor profile \"\(wanted.name)\" is not loaded")
        case .off where wanted.isAsked:
            throw CRIFailure(.failedPrecondition, "the AppArmor profile \"\(wanted.name)\": AppArmor is not enabled")
        case .missing, .off: return nil
        }
    }

    /// Nil where the kernel has no SELinux, or nobody asked. What is left out is what container-selinux has for containers.
    func label(type: String, isObject: Bool) -> String? {
        guard inputs.hasSELinux, !isPrivileged,
            let options = security.selinuxOptions ?? inputs.sandbox.linux?.securityContext?.selinuxOptions,
            options != CRI.SELinuxOption()
        else { return nil }
        func word(_ text: String, _ standard: String) -> String { text.isEmpty ? standard : text }
        let role = isObject ? "object_r" : word(options.role, "system_r")
        let kind = isObject ? type : word(options.type, type)
        return [word(options.user, "system_u"), role, kind, word(options.level, "s0")].joined(separator: ":")
    }
}
