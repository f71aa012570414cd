import JSONCoding

/// A container's security settings; where it and the pod both have one, the container's counts.
public struct SecurityContext: Codable, Sendable, Hashable {
    /// Capabilities beside the default set: names with or without `CAP_`, or `ALL`.
    public struct Capabilities: Codable, Sendable, Hashable {
        @EmptyByDefault public var add: [String]
        @EmptyByDefault public var drop: [String]

        /// No change to the default set.
        public init() {}
    }

    public var runAsUser: UInt32?
    public var runAsGroup: UInt32?
    public var runAsNonRoot: Bool?
    public var readOnlyRootFilesystem: Bool?
    public var privileged: Bool?
    public var allowPrivilegeEscalation: Bool?
    public var capabilities: Capabilities?
    public var seccompProfile: SeccompProfile?
    public var appArmorProfile: AppArmorProfile?
    public var procMount: String?
    public var seLinuxOptions: JSONNode?
    public var windowsOptions: JSONNode?

    /// Nothing set.
    public init() {}
}

/// Security settings of all containers of a pod.
public struct PodSecurityContext: Codable, Sendable, Hashable {
    /// A kernel parameter of the pod's namespaces.
    public struct Sysctl: Codable, Sendable, Hashable {
        public var name: String
        public var value: String
    }

    public var runAsUser: UInt32?
    public var runAsGroup: UInt32?
    public var runAsNonRoot: Bool?
    /// The group that owns the pod's volumes, and a supplementary group of its processes.
    public var fsGroup: UInt32?
    public var fsGroupChangePolicy: String?
    @EmptyByDefault public var supplementalGroups: [UInt32]
    public var supplementalGroupsPolicy: String?
    public var seccompProfile: SeccompProfile?
    public var appArmorProfile: AppArmorProfile?
    @EmptyByDefault public var sysctls: [Sysctl]
    public var seLinuxOptions: JSONNode?
    public var seLinuxChangePolicy: String?
    public var windowsOptions: JSONNode?

    /// Nothing set.
    public init() {}
}

/// Which system calls a container may make.
public struct SeccompProfile: Codable, Sendable, Hashable {
    /// Where the profile comes from.
    public enum Kind: String, Codable, Sendable, Hashable {
        case runtimeDefault = "RuntimeDefault"
        case unconfined = "Unconfined"
        case localhost = "Localhost"
    }

    public var type: Kind
    /// For `Localhost`: a file relative to the agent's folder of seccomp profiles; never absolute, never with `..`.
    public var localhostProfile: String?

    /// Creates a profile.
    public init(type: Kind, localhostProfile: String? = nil) {
        self.type = type
        self.localhostProfile = localhostProfile
    }
}

/// What AppArmor lets a container do.
public struct AppArmorProfile: Codable, Sendable, Hashable {
    /// Where the profile comes from.
    public enum Kind: String, Codable, Sendable, Hashable {
        case runtimeDefault = "RuntimeDefault"
        case unconfined = "Unconfined"
        case localhost = "Localhost"
    }

    public var type: Kind
    /// For `Localhost`: the name of a profile that the kernel has loaded.
    public var localhostProfile: String?

    /// Creates a profile.
    public init(type: Kind, localhostProfile: String? = nil) {
        self.type = type
        self.localhostProfile = localhostProfile
    }
}
