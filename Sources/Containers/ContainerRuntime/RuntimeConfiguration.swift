import Glibc
import Linux

/// How a runtime is set up: the same for all its containers.
public struct RuntimeConfiguration: Sendable {
    /// The folder of the containers' states.
    public var root: String
    /// Where compiled seccomp filters are kept.
    public var seccompCache: String
    /// Whether systemd makes the containers' cgroups: scopes that `linux.cgroupsPath` names.
    public var usesSystemdCgroups = false
    /// Leaves containers in the caller's own cgroup, without limits.
    public var disablesCgroups = false
    /// Whether the caller has no rights over the host: limits that he cannot set are left out with a warning unless they
    /// were asked for, and a user namespace that he needs is made by himself.
    public var isRootless = Self.hasNoHostRights
    /// Takes what went less well than asked without stopping a container.
    public var warn: @Sendable (String) -> Void

    /// - Parameter root: must be a folder that is emptied by a reboot, and belong to us alone.
    public init(root: String = "/run/swiftlet/runtime", warn: @escaping @Sendable (String) -> Void = { _ in }) {
        self.root = root
        // No container's id begins with a dot.
        seccompCache = root + "/.seccomp"
        self.warn = warn
    }
}

extension RuntimeConfiguration {
    /// Not root, or root of a user namespace alone (user_namespaces(7): the first namespace maps every id to itself).
    static var hasNoHostRights: Bool {
        if geteuid() != 0 { return true }
        guard let map = try? FileSystem.readText("/proc/self/uid_map") else { return false }
        return map.split(separator: " ").last != "4294967295"
    }
}

/// Where a container's standard streams lead: descriptors of the caller, who keeps and closes them.
public struct StandardStreams: Sendable {
    public var input: Int32
    public var output: Int32
    public var error: Int32

    public init(input: Int32, output: Int32, error: Int32) {
        self.input = input
        self.output = output
        self.error = error
    }

    /// The caller's own.
    public static let inherited = StandardStreams(input: 0, output: 1, error: 2)
}

/// How one process is started.
public struct LaunchOptions: Sendable {
    public var streams: StandardStreams
    /// Who is sent the master of the process's terminal; for a process with a terminal only.
    public var console: ConsoleReceiver?
    /// So many descriptors from number 3 on are passed to the process.
    public var preservedDescriptors = 0
    /// So many of them, the first ones, are sockets of socket activation (sd_listen_fds(3)).
    public var listenDescriptors = 0
    /// Moves the root instead of pivoting, for a root on a ramdisk.
    public var noPivot = false
    /// Leaves the process in the caller's session keyring.
    public var noNewKeyring = false
    /// `exec`: groups below the container's that the process lives in, as `path` or `controller[,controller]:path`.
    public var subgroups: [String] = []
    /// `exec`: also in a paused container; the process then begins when that is resumed.
    public var ignoresPause = false

    public init(streams: StandardStreams = .inherited, console: ConsoleReceiver? = nil) {
        self.streams = streams
        self.console = console
    }
}

/// A Unix socket over which the master of a terminal is sent.
public enum ConsoleReceiver: Sendable {
    /// The path of a listening socket.
    case socket(path: String)
    /// The runtime's end of a connection, which the caller keeps and closes; unused for a process without a terminal.
    case descriptor(Int32)
}
