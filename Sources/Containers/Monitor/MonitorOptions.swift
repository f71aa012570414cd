/// What one monitor is to do: conmon's command line, as far as it is served, and a few flags of our own.
public struct MonitorOptions: Sendable, Hashable {
    /// Who the container is.
    public struct Container: Sendable, Hashable {
        /// `--cid`: the name that the runtime knows it by.
        public var id = ""
        /// `--cuuid`: podman's and cri-o's second name for it.
        public var uuid = ""
        /// `--name`, for logs.
        public var name = ""
        /// `--bundle`: the folder of config.json.
        public var bundle = ""
    }

    /// Where the monitor leaves what others wait for. An empty path: not wanted.
    public struct Places: Sendable, Hashable {
        /// `--container-pidfile`: the pid of the container's first process.
        public var pidFile = ""
        /// `--conmon-pidfile`: the monitor's own.
        public var monitorPidFile = ""
        /// `--exit-dir`: gets a file named after the container with its exit code.
        public var exitDirectory = ""
        /// `--persist-dir`: gets `status.json`, `exit` and `oom`.
        public var persistDirectory = ""
        /// `--socket-dir-path`: cri-o's place for short links to the attach sockets.
        public var socketDirectory = ""
        /// `--sdnotify-socket`: the service manager's socket, which the container's messages are passed on to.
        public var notifySocket = ""
        /// `--monitor-cgroup`, ours: the monitor moves there before it makes the container. Nil: it stays where it is.
        public var cgroup: String?
        /// `--lock-descriptor`, ours: an open file, locked by who started the monitor, that gets its pid.
        public var lockDescriptor: Int32?
    }

    /// Which runtime makes the container.
    public struct Runtime: Sendable, Hashable {
        /// `--runtime`: a program with runc's command line; nil: the one in this process.
        public var path: String?
        /// `--runtime-arg`: goes in front of the runtime's verb.
        public var arguments: [String] = []
        /// `--no-pivot`, `--no-new-keyring`: goes behind the verb, where a container is made.
        public var switches: [String] = []
        /// `--runtime-opt`: goes behind it too.
        public var options: [String] = []
        /// `--systemd-cgroup`.
        public var usesSystemdCgroup = false
        /// `--replace-listen-pid`: descriptors that LISTEN_FDS counts are the runtime's, whoever LISTEN_PID names.
        public var replacesListenPid = false
        /// `--start`, ours: the container is started as soon as it is made, and deleted after its end. Without it the program is
        /// in conmon's place, and keeps to all of its rules.
        public var ownsLifecycle = false
        /// `--restore`: the container is made from the checkpoint in this folder.
        public var checkpoint: String?
        /// `--exec`: not a container is made but a process in one that runs.
        public var exec: Exec?
    }

    /// A process in a container that runs.
    public struct Exec: Sendable, Hashable {
        /// `--exec-process-spec`: the file that describes it (`process` of runtime-spec's config.json).
        public var processSpec = ""
        /// `--exec-attach`: it begins when a client has come to the attach socket, which whoever started us says at the start pipe.
        public var isAttached = false
    }

    /// Where output goes.
    public struct Logging: Sendable, Hashable {
        /// A field of the container's journal entries.
        public struct Label: Sendable, Hashable {
            public var name: String
            public var value: String
        }

        /// The path of a `k8s-file` log; nil: there is none.
        public var path: String?
        /// The path of a `json-file` log; nil: there is none.
        public var jsonPath: String?
        /// `--log-path`, each, as given.
        public var drivers: [String] = []
        /// Whether the container has our own standard streams and there is nothing to log (`passthrough`).
        public var passesThrough = false
        /// `--log-allowlist-dir`, each: the file lies in one of them. None: anywhere.
        public var allowedDirectories: [String] = []
        /// `--log-rotate`: who asks for the log to be opened again has it put aside.
        public var rotatesOnRequest = false
        /// `--log-global-size-max`: nothing is logged after so many bytes of entries. Nil: no such limit.
        public var totalLimit: Int?
        public var rotation = LogRotation()
        /// `--log-full-disk`, ours.
        public var whenFull = FullDiskPolicy.drop
        /// Whether output goes to the journal (`journald`). Where it goes nowhere it is read and thrown away.
        public var writesJournal = false
        /// `--log-tag`, for the journal and for `json-file`.
        public var tag = ""
        /// `--log-label`, each.
        public var labels: [Label] = []
        /// Whether journal entries say that they are parts of a line; not with `--no-container-partial-message`.
        public var marksPartialLines = true

        /// The log files, each as it is to be written.
        var files: [LogFile.Configuration] {
            var files: [LogFile.Configuration] = []
            for (path, format) in [(path, LogFormat.cri), (jsonPath, .json)] {
                guard let path else { continue }
                var file = LogFile.Configuration(path: path)
                file.format = format
                file.rotation = rotation
                file.totalLimit = totalLimit
                file.whenFull = whenFull
                files.append(file)
            }
            return files
        }

        /// What an entry of `json-file` says beside its text.
        var attributes: [(name: String, value: String)] {
            (tag.isEmpty ? [] : [("tag", tag)]) + labels.map { ($0.name, $0.value) }
        }
    }

    /// A program to run when the container has ended.
    public struct ExitCommand: Sendable, Hashable {
        /// `--exit-command`; empty: none.
        public var path = ""
        /// `--exit-command-arg`, each.
        public var arguments: [String] = []
        /// `--exit-delay`.
        public var delaySeconds = 0
    }

    /// How standard input and clients are dealt with.
    public struct Input: Sendable, Hashable {
        /// `--stdin`: the container gets a pipe, which attached clients feed.
        public var isOpen = false
        /// `--leave-stdin-open`: the pipe outlives the client that fed it.
        public var outlivesClient = false
        /// `--terminal`: the container gets a terminal in place of pipes; `ctl` in its bundle takes the size.
        public var hasTerminal = false
        /// Whether a Unix socket named `attach` is made in the bundle.
        public var servesAttach = false
        /// `--full-attach`: clients find it there, and not by a link.
        public var hasFullAttachPath = false
    }

    public var container = Container()
    public var places = Places()
    public var runtime = Runtime()
    public var logging = Logging()
    public var exitCommand = ExitCommand()
    public var input = Input()
    /// `--api-version`: 0 is cri-o's form of the messages, 1 podman's.
    public var apiVersion = 0
    /// `--sync`: no fork, whoever started the monitor is its parent.
    public var staysInForeground = false
    /// `--timeout`: the process is killed after so many seconds. Nil: it may take any time.
    public var timeoutSeconds: Int?
    /// `--watch`, ours: the process is the second half of a monitor that has made its container.
    public var handover: Handover?

    public init() {}
}
