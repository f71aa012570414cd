/// A container as `config.json` of an OCI bundle describes it (runtime-spec 1.3, the parts for Linux).
///
/// Field names, optionality and meaning are those of the specification's `config-schema.json`. The type only carries
/// values: which combinations make sense is decided by the runtime.
public struct RuntimeSpec: Codable, Sendable, Hashable {
    /// The newest version of the specification that this type covers.
    public static let version = "1.3.0"

    public var ociVersion: String
    public var process: Process?
    public var root: Root?
    public var hostname: String?
    public var domainname: String?
    public var mounts: [Mount]?
    public var hooks: Hooks?
    public var linux: Linux?
    public var annotations: [String: String]?

    /// Creates a configuration in which everything but the version is absent.
    public init(ociVersion: String = RuntimeSpec.version) {
        self.ociVersion = ociVersion
    }

    /// The container's root file system.
    public struct Root: Codable, Sendable, Hashable {
        /// Absolute, or relative to the bundle.
        public var path: String
        public var readonly: Bool?

        public init(path: String, readonly: Bool? = nil) {
            self.path = path
            self.readonly = readonly
        }
    }

    /// A mount inside the container.
    ///
    /// swiftlet's runtime extends the specification by one case: a mount whose `destination` is `/` and whose `type` is
    /// `overlay` is made before all others, over `root.path`, inside the container's own mount namespace.
    public struct Mount: Codable, Sendable, Hashable {
        public var destination: String
        public var type: String?
        public var source: String?
        public var options: [String]?
        public var uidMappings: [IDMapping]?
        public var gidMappings: [IDMapping]?

        public init(destination: String, type: String? = nil, source: String? = nil, options: [String]? = nil) {
            self.destination = destination
            self.type = type
            self.source = source
            self.options = options
        }
    }

    /// A range of user or group ids, inside and outside of a user namespace.
    public struct IDMapping: Codable, Sendable, Hashable {
        public var containerID: UInt32
        public var hostID: UInt32
        public var size: UInt32

        public init(containerID: UInt32, hostID: UInt32, size: UInt32) {
            self.containerID = containerID
            self.hostID = hostID
            self.size = size
        }
    }
}
