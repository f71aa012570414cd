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
    public var procMount: ProcMount?
    public var seLinuxOptions: SELinuxOptions?
    public var windowsOptions: JSONNode?

    /// Nothing set.
    public init() {}
}

/// How much of /proc a container sees.
public enum ProcMount: String, Codable, Sendable, Hashable {
    /// What tells of the machine is hidden, and what changes it can only be read.
    case `default` = "Default"
    /// Nothing is hidden: for containers in a user namespace that make containers themselves.
    case unmasked = "Unmasked"
}

/// The SELinux label of a container's processes; what is left out is the runtime's own.
public struct SELinuxOptions: Codable, Sendable, Hashable {
    public var user: String?
    public var role: String?
    public var type: String?
    public var level: String?

    /// Nothing set.
    public init() {}
}

/// Security settings of all containers of a pod.
public struct PodSecurityContext: Codable, Sendable, Hashable {
    /// A kernel parameter of the pod's namespaces.
    public struct Sysctl: Codable, Sendable, Hashable {
        public var name: String
        public var value: String

        /// Creates a parameter; the name has dots or slashes.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// When the group of a volume's files is set.
    public enum ChangePolicy: String, Codable, Sendable, Hashable {
        case always = "Always"
        /// Only where the volume's own folder has not got it.
        case onRootMismatch = "OnRootMismatch"
    }

    /// Which groups processes have beside those of the manifest.
    public enum GroupsPolicy: String, Codable, Sendable, Hashable {
        /// Those that `/etc/group` of the image gives the user as well.
        case merge = "Merge"
        /// No others.
        case strict = "Strict"
    }

    public var runAsUser: UInt32?
    public var runAsGroup: UInt32?
    public var runAsNonRoot: Bool?
    /// The group that owns the pod's volumes, and a supplementary group of its processes.
    public var fsGroup: UInt32?
    public var fsGroupChangePolicy: ChangePolicy?
    @EmptyByDefault public var supplementalGroups: [UInt32]
    public var supplementalGroupsPolicy: GroupsPolicy?
    public var seccompProfile: SeccompProfile?
    public var appArmorProfile: AppArmorProfile?
    @EmptyByDefault public var sysctls: [Sysctl]
    public var seLinuxOptions: SELinuxOptions?
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
