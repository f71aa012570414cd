import OCISpec
import PodSpec

extension BundleBuilder {
    /// The profile of the package (`/etc/apparmor.d/swiftlet-default`), which `RuntimeDefault` means.
    package static let defaultAppArmorProfile = "swiftlet-default"

    /// The profile that a container is to have, if the kernel has it; nil where it is to have none.
    static func appArmorProfile(of container: Container, in pod: Pod) -> String? {
        switch asked(of: container, in: pod) {
        case .none where container.securityContext?.privileged ?? false: nil
        case .none: defaultAppArmorProfile
        case .some(let profile):
            switch profile.type {
            case .unconfined: nil
            // As with CRI's runtimes: a privileged container is confined only by a profile that it names.
            case .runtimeDefault: container.securityContext?.privileged ?? false ? nil : defaultAppArmorProfile
            case .localhost: profile.localhostProfile ?? ""
            }
        }
    }

    /// What goes into the bundle. Where nobody asked, a machine without AppArmor or without the profile runs the container
    /// as the kubelet does; where somebody did, that would be less than asked for, and is an error.
    func appArmorProfile() throws(StepFailure) -> String? {
        guard let name = Self.appArmorProfile(of: container, in: pod) else { return nil }
        let isAsked = Self.asked(of: container, in: pod) != nil
        switch inputs.appArmor {
        case .loaded:
            return name
        case .missing where isAsked:
            throw StepFailure(.createContainerConfigError, "the AppArmor profile \"\(name)\" is not loaded")
        case .off where isAsked:
            throw StepFailure(.createContainerConfigError, "the AppArmor profile \"\(name)\": AppArmor is not enabled")
        case .missing, .off:
            return nil
        }
    }

    private static func asked(of container: Container, in pod: Pod) -> AppArmorProfile? {
        container.securityContext?.appArmorProfile ?? pod.spec.securityContext?.appArmorProfile
    }
}
