import Archive
import Linux
import OCISpec

/// What is to be built, and how.
public struct BuildRequest: Sendable {
    /// When what is built was made.
    public enum Clock: Sendable, Hashable {
        case now
        /// SOURCE_DATE_EPOCH: seconds since 1970; no file is younger.
        case epoch(Int64)
        /// Every file of the new layers has this time.
        case fixed(Int64)
    }

    public enum Pulling: String, Sendable, CaseIterable {
        case missing, always, never
    }

    /// Docker's media types, or the image specification's.
    public enum Format: String, Sendable, CaseIterable {
        case oci, docker
    }

    /// A file or variable that a step sees and the image does not.
    public enum Secret: Sendable, Hashable {
        case file(String)
        case value([UInt8])
    }

    public var file: Containerfile
    /// The folder that COPY and ADD take from; nil for none.
    public var context: String?
    public var ignore: IgnoreFile?
    public var target: String?
    public var arguments: [String: String] = [:]
    public var platforms: [Platform] = [.host]
    public var names: [String] = []
    public var labels: [String: String] = [:]
    public var annotations: [String: String] = [:]
    public var behaviour = Behaviour()
    public var secrets: [String: Secret] = [:]
    /// Agents' sockets by their ids.
    public var agents: [String: String] = [:]

    public init(file: Containerfile, context: String?) {
        self.file = file
        self.context = context
    }

    /// How the work is done.
    public struct Behaviour: Sendable {
        public var squash = false
        public var usesCache = true
        public var pulling = Pulling.missing
        /// For steps that do not say: `host` or `none`.
        public var network = "host"
        public var compression = LayerCompressor.Form.gzip
        public var format = Format.oci
        public var clock = Clock.now
        public init() {}
    }

    /// An ignore file's text and name.
    public struct IgnoreFile: Sendable {
        public var name: String
        public var bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// The one that goes with a Containerfile: `FILE.containerignore`, `FILE.dockerignore` beside it, or `.containerignore`,
        /// `.dockerignore` in the context; nil where there is none.
        public static func find(context: String, file: String) throws -> IgnoreFile? {
            let candidates = [
                "\(file).containerignore", "\(file).dockerignore", "\(context)/.containerignore",
                "\(context)/.dockerignore",
            ]
            for path in candidates where FileSystem.exists(path) {
                // A symlink is followed: who writes it owns the context.
                return IgnoreFile(name: path, bytes: try FileSystem.read(path, limit: IgnorePatterns.sizeLimit))
            }
            return nil
        }
    }
}

/// What is told while something is built.
public enum BuildEvent: Sendable {
    /// A step begins: its number, how many there are, its text.
    case step(Int, of: Int, String)
    /// The step that began was found in the cache.
    case cached
    case warning(String)
    case committed(String)
}

/// What was built.
public struct BuildResult: Sendable {
    /// The digest of the manifest, or of the list of manifests.
    public var digest: Digest
    /// The digest of the configuration; of the first platform's, where there are several.
    public var configuration: Digest
    public var names: [String]
}
