/// The configuration of an image: what to run in it and what its root file system is made of (`config.md`).
public struct ImageConfiguration: Sendable, Hashable, Codable {
    public var created: String?
    public var author: String?
    public var architecture: String
    public var os: String
    public var osVersion: String?
    public var osFeatures: [String]?
    public var variant: String?
    public var config: Execution?
    public var rootfs: RootFileSystem
    public var history: [History]?

    enum CodingKeys: String, CodingKey {
        case created, author, architecture, os
        case osVersion = "os.version"
        case osFeatures = "os.features"
        case variant, config, rootfs, history
    }

    public init(platform: Platform, config: Execution? = nil, rootfs: RootFileSystem) {
        self.architecture = platform.architecture
        self.os = platform.os
        self.variant = platform.variant
        self.config = config
        self.rootfs = rootfs
    }

    /// The platform that the image is made for.
    public var platform: Platform {
        Platform(os: os, architecture: architecture, variant: variant)
    }
}

extension ImageConfiguration {
    /// What a container of the image runs unless it is told otherwise.
    public struct Execution: Sendable, Hashable, Codable {
        public var user: String?
        public var exposedPorts: [String: Empty]?
        public var environment: [String]?
        public var entrypoint: [String]?
        public var command: [String]?
        public var volumes: [String: Empty]?
        public var workingDirectory: String?
        public var labels: [String: String]?
        public var stopSignal: String?
        /// Docker's, beyond the specification: how a container is asked whether it is well.
        public var healthcheck: Healthcheck?
        /// Docker's: instructions for whoever builds upon the image.
        public var onBuild: [String]?
        /// Docker's: what the shell form of a command is given to.
        public var shell: [String]?

        enum CodingKeys: String, CodingKey {
            case user = "User"
            case exposedPorts = "ExposedPorts"
            case environment = "Env"
            case entrypoint = "Entrypoint"
            case command = "Cmd"
            case volumes = "Volumes"
            case workingDirectory = "WorkingDir"
            case labels = "Labels"
            case stopSignal = "StopSignal"
            case healthcheck = "Healthcheck"
            case onBuild = "OnBuild"
            case shell = "Shell"
        }

        public init() {}
    }

    /// `Healthcheck` as docker writes it; durations in nanoseconds.
    public struct Healthcheck: Sendable, Hashable, Codable {
        /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", "…"]`.
        public var test: [String]?
        public var interval: Int64?
        public var timeout: Int64?
        public var startPeriod: Int64?
        public var startInterval: Int64?
        public var retries: Int?

        enum CodingKeys: String, CodingKey {
            case test = "Test"
            case interval = "Interval"
            case timeout = "Timeout"
            case startPeriod = "StartPeriod"
            case startInterval = "StartInterval"
            case retries = "Retries"
        }

        public init(test: [String]? = nil) { self.test = test }
    }

    /// The `{}` behind each key of `ExposedPorts` and `Volumes`, which are sets written as objects.
    public struct Empty: Sendable, Hashable, Codable {
        public init() {}
    }

    /// The layers of the image by the digests of their uncompressed archives, base first.
    public struct RootFileSystem: Sendable, Hashable, Codable {
        public var type: String
        public var diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }

        public init(diffIDs: [Digest]) {
            self.type = "layers"
            self.diffIDs = diffIDs
        }

        /// The chain identifier of each layer, base first: the name of that layer upon all those below it.
        public var chainIDs: [Digest] {
            var chain: [Digest] = []
            for diffID in diffIDs {
                chain.append(chain.last.map { Digest.sha256(of: "\($0) \(diffID)".utf8) } ?? diffID)
            }
            return chain
        }
    }

    /// A step of the image's making.
    public struct History: Sendable, Hashable, Codable {
        public var created: String?
        public var createdBy: String?
        public var author: String?
        public var comment: String?
        public var emptyLayer: Bool?

        enum CodingKeys: String, CodingKey {
            case created
            case createdBy = "created_by"
            case author, comment
            case emptyLayer = "empty_layer"
        }

        public init(created: String? = nil, createdBy: String? = nil, emptyLayer: Bool? = nil) {
            self.created = created
            self.createdBy = createdBy
            self.emptyLayer = emptyLayer
        }
    }
}
