extension RuntimeSpec {
    /// Programs that run at points of the container's life, each with the container's state on its standard input.
    public struct Hooks: Codable, Sendable, Hashable {
        /// Deprecated by the specification in favour of the three that follow, and still in wide use.
        public var prestart: [Hook]?
        /// Runs in the runtime's namespaces, after the container's namespaces were made, before `pivot_root`.
        public var createRuntime: [Hook]?
        /// Runs in the container's namespaces, with paths of the runtime's namespace, before `pivot_root`.
        public var createContainer: [Hook]?
        /// Runs in the container's namespaces with the container's root, right before the payload.
        public var startContainer: [Hook]?
        public var poststart: [Hook]?
        public var poststop: [Hook]?

        public init() {}
    }

    /// One program of a hook list.
    public struct Hook: Codable, Sendable, Hashable {
        public var path: String
        /// The argument list including `argv[0]`; only the path when absent.
        public var args: [String]?
        public var env: [String]?
        /// Seconds.
        public var timeout: Int?

        public init(path: String, args: [String]? = nil, env: [String]? = nil, timeout: Int? = nil) {
            self.path = path
            self.args = args
            self.env = env
            self.timeout = timeout
        }
    }
}
