import Linux

/// A container to be started.
public struct ContainerLaunch: Sendable, Hashable {
    /// `<pod uid>_<container name>_<attempt>`.
    public var id: String
    public var name: String
    /// Folder with `config.json`.
    public var bundle: String
    /// Folder of this attempt for pid file, exit files and `status.json`.
    public var directory: String
    /// The log in CRI format.
    public var logPath: String
    /// Bytes after which the log is rotated; nil for never.
    public var logSizeLimit: Int64?
    /// How many files of it are kept beside the one that is written.
    public var logKeptFiles = 1
    /// Whether all of those but the newest are compressed.
    public var compressesLog = false
    /// How long it waits at its next write while there is no room for its log; nil: what it writes is dropped.
    public var logBlockLimit: Duration?
    /// The pod that it is of.
    public var pod: Pod?
    /// `cgroupsPath` of the bundle.
    public var cgroup = ""
    /// A runtime other than the agent's own: a program with runc's command line.
    public var runtime: String?
    /// Whether its standard input is a pipe that stays open, in place of /dev/null.
    public var opensInput = false
    /// Whether that pipe ends when the first client that was attached says no more.
    public var endsInputWithClient = false
    /// Whether it has a terminal in place of pipes.
    public var hasTerminal = false

    /// A pod by its names.
    public struct Pod: Sendable, Hashable {
        public var uid: String
        public var key: PodKey

        public init(uid: String, key: PodKey) {
            self.uid = uid
            self.key = key
        }
    }

    public init(id: String, name: String, bundle: String, directory: String, logPath: String, logSizeLimit: Int64?) {
        self.id = id
        self.name = name
        self.bundle = bundle
        self.directory = directory
        self.logPath = logPath
        self.logSizeLimit = logSizeLimit
    }
}

/// A container that runs.
public struct RunningContainer: Sendable, Hashable {
    public var pid: Int32
    public var startedAt: Timestamp

    public init(pid: Int32, startedAt: Timestamp) {
        self.pid = pid
        self.startedAt = startedAt
    }
}

/// How a container ended.
public struct ContainerExit: Sendable, Hashable {
    /// As a shell shows it: 128 + signal after a signal.
    public var exitCode: Int32
    public var signal: Int32?
    public var oomKilled: Bool
    /// Nil where it never started.
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp
    /// The runtime's message where the container could not be run.
    public var error: String?

    public init(
        exitCode: Int32,
        signal: Int32? = nil,
        oomKilled: Bool = false,
        startedAt: Timestamp?,
        finishedAt: Timestamp,
        error: String? = nil
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.oomKilled = oomKilled
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.error = error
    }
}

/// What became of a container while no agent was there.
public enum AdoptedContainer: Sendable, Hashable {
    case running(RunningContainer)
    case exited(ContainerExit)
    /// Its monitor died; what was left has been killed and its exit code is not known.
    case lost
    /// The agent was killed before the container had started.
    case neverStarted
}

/// A command to run inside a container, with its output collected.
public struct ContainerExecRequest: Sendable, Hashable {
    public var command: [String]
    /// Bytes for its standard input.
    public var input: [UInt8]
    public var outputLimit: Int
    public var timeout: Duration?

    public init(command: [String], input: [UInt8] = [], outputLimit: Int = 1 << 20, timeout: Duration? = nil) {
        self.command = command
        self.input = input
        self.outputLimit = outputLimit
        self.timeout = timeout
    }
}

public struct ContainerExecResult: Sendable, Hashable {
    public var exitCode: Int32
    public var standardOutput: [UInt8]
    public var standardError: [UInt8]
    /// Whether there was more than `outputLimit`.
    public var truncated: Bool
    public var timedOut: Bool

    public init(
        exitCode: Int32,
        standardOutput: [UInt8],
        standardError: [UInt8],
        truncated: Bool = false,
        timedOut: Bool = false
    ) {
        self.exitCode = exitCode
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.truncated = truncated
        self.timedOut = timedOut
    }
}

/// Why something could not be done with a container.
public struct ContainerFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The container could not be made: `CreateContainerError`. Tried again.
        case create
        /// It was made, its command could not be run (missing, not executable, no such folder): an attempt that failed, with
        /// reason `StartError`.
        case start
        /// There is no such container, or it has ended.
        case notRunning
        case noSpace
        case other
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}

/// The room of containers, as the engine sees it.
public protocol ContainerRunning: Sendable {
    /// Starts a container and returns when its command runs.
    func start(_ launch: ContainerLaunch) async throws(ContainerFailure) -> RunningContainer

    /// Finds out what became of a container that an earlier agent started or was about to start; a running one can be
    /// waited for afterwards.
    func adopt(id: String, directory: String) async throws(ContainerFailure) -> AdoptedContainer

    /// Waits for the end of a container that was started or adopted: its log is complete then, its cgroup may be there for a
    /// moment more. Does not poll. A cancelled wait throws.
    func waitForExit(id: String) async throws(ContainerFailure) -> ContainerExit

    /// Sends a signal to its first process. `.notRunning` where it has ended.
    func signal(id: String, _ signal: Int32) async throws(ContainerFailure)

    /// Whether its first process has begun to end: the kernel makes no more process in a namespace whose first one it was.
    func isEnding(id: String) throws(ContainerFailure) -> Bool

    func exec(id: String, _ request: ContainerExecRequest) async throws(ContainerFailure) -> ContainerExecResult

    /// Kills what still runs, removes cgroup and runtime state. Nothing there is no failure. `directory` itself is the
    /// caller's to remove.
    func remove(id: String, directory: String) async throws(ContainerFailure)
}
