extension RuntimeSpec {
    /// The process that runs in a container: its first one, or one that `exec` adds.
    public struct Process: Codable, Sendable, Hashable {
        public var terminal: Bool?
        public var consoleSize: ConsoleSize?
        public var user: User?
        public var args: [String]?
        /// Windows only; an error on Linux.
        public var commandLine: String?
        public var env: [String]?
        public var cwd: String
        public var capabilities: Capabilities?
        public var rlimits: [Rlimit]?
        public var noNewPrivileges: Bool?
        public var apparmorProfile: String?
        public var oomScoreAdj: Int?
        public var selinuxLabel: String?
        public var scheduler: Scheduler?
        public var ioPriority: IOPriority?
        public var execCPUAffinity: ExecCPUAffinity?

        public init(args: [String], cwd: String = "/") {
            self.args = args
            self.cwd = cwd
        }
    }
}

extension RuntimeSpec.Process {
    /// The size of the terminal in characters.
    public struct ConsoleSize: Codable, Sendable, Hashable {
        public var height: UInt64
        public var width: UInt64

        public init(height: UInt64, width: UInt64) {
            self.height = height
            self.width = width
        }
    }

    /// Who the process runs as.
    public struct User: Codable, Sendable, Hashable {
        public var uid: UInt32?
        public var gid: UInt32?
        public var umask: UInt32?
        public var additionalGids: [UInt32]?
        public var username: String?

        public init(uid: UInt32 = 0, gid: UInt32 = 0, additionalGids: [UInt32]? = nil, umask: UInt32? = nil) {
            self.uid = uid
            self.gid = gid
            self.umask = umask
            self.additionalGids = additionalGids
        }
    }

    /// The five capability sets, by names such as `CAP_CHOWN`.
    public struct Capabilities: Codable, Sendable, Hashable {
        public var bounding: [String]?
        public var effective: [String]?
        public var inheritable: [String]?
        public var permitted: [String]?
        public var ambient: [String]?

        public init() {}

        /// Creates sets in which the process holds `names` and passes none on across a change of user.
        public init(bounding names: [String]) {
            bounding = names
            effective = names
            permitted = names
        }
    }

    /// A resource limit, by names such as `RLIMIT_NOFILE`.
    public struct Rlimit: Codable, Sendable, Hashable {
        public var type: String
        public var hard: UInt64
        public var soft: UInt64

        public init(type: String, soft: UInt64, hard: UInt64) {
            self.type = type
            self.hard = hard
            self.soft = soft
        }
    }

    /// The attributes for `sched_setattr(2)`.
    public struct Scheduler: Codable, Sendable, Hashable {
        /// `SCHED_OTHER` and so on.
        public var policy: String
        public var nice: Int32?
        public var priority: Int32?
        public var flags: [String]?
        public var runtime: UInt64?
        public var deadline: UInt64?
        public var period: UInt64?

        public init(policy: String) {
            self.policy = policy
        }
    }

    /// The arguments for `ioprio_set(2)`.
    public struct IOPriority: Codable, Sendable, Hashable {
        /// `IOPRIO_CLASS_RT`, `IOPRIO_CLASS_BE` or `IOPRIO_CLASS_IDLE`.
        public var `class`: String
        public var priority: Int32?

        public init(class: String, priority: Int32? = nil) {
            self.class = `class`
            self.priority = priority
        }
    }

    /// The processors on which a process of `exec` starts and runs, as lists such as `0-3,7`.
    public struct ExecCPUAffinity: Codable, Sendable, Hashable {
        public var initial: String?
        public var final: String?

        public init() {}
    }
}
