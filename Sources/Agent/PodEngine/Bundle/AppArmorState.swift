import Linux

/// What the kernel knows of one AppArmor profile.
public enum AppArmorState: Sendable, Hashable {
    /// The kernel has no AppArmor, or has it switched off.
    case off
    case missing
    case loaded

    private static let isEnabled = "/sys/module/apparmor/parameters/enabled"
    private static let profiles = "/sys/kernel/security/apparmor/profiles"

    /// Looked up now: profiles come and go while the agent runs.
    package static func ofKernel(_ profile: String) throws(SystemError) -> AppArmorState {
        guard FileSystem.exists(isEnabled), try FileSystem.readText(isEnabled).hasPrefix("Y") else { return .off }
        // Not there where nobody has mounted securityfs.
        guard FileSystem.exists(profiles) else { return .missing }
        return isListed(profile, in: try FileSystem.readText(profiles)) ? .loaded : .missing
    }

    /// Whether the kernel's list, a line `name (mode)` each, has the profile.
    public static func isListed(_ profile: String, in profiles: String) -> Bool {
        profiles.split(separator: "\n").contains { line in
            guard let end = line.lastIndex(of: "(") else { return false }
            return line[..<end].dropLast() == profile
        }
    }
}
