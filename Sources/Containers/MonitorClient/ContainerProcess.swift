import Linux

/// A container that runs.
public struct ContainerProcess: Sendable, Hashable {
    /// The first process, as the host numbers it.
    public var pid: Int32
    public var startedAt: Timestamp
    public var monitorPid: Int32
    /// What went less well than asked on this machine, in sentences: limits that were clamped.
    public var warnings: [String]

    public init(pid: Int32, startedAt: Timestamp, monitorPid: Int32, warnings: [String] = []) {
        self.pid = pid
        self.startedAt = startedAt
        self.monitorPid = monitorPid
        self.warnings = warnings
    }
}

/// How a container ended.
public struct ContainerExit: Sendable, Hashable {
    /// The exit code, or 128 and the signal.
    public var exitCode: Int32
    public var signal: Int32?
    public var oomKilled: Bool
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp
    /// Why it never ran, or why its end is not known.
    public var error: String?
    /// The monitor died with the container running: its end was not seen, and what was left of it has been killed.
    public var isLost: Bool

    public init(
        exitCode: Int32,
        signal: Int32? = nil,
        oomKilled: Bool = false,
        startedAt: Timestamp?,
        finishedAt: Timestamp
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.oomKilled = oomKilled
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        isLost = false
    }

    /// The exit of a container whose monitor was killed: as if by SIGKILL.
    static func lost(startedAt: Timestamp?) -> ContainerExit {
        var exit = ContainerExit(exitCode: 137, signal: 9, startedAt: startedAt, finishedAt: .now)
        exit.error = "the container's monitor died; what was left of the container was killed"
        exit.isLost = true
        return exit
    }

    /// The exit of a container that never ran: 128, as containerd numbers it.
    static func neverRan(_ reason: String) -> ContainerExit {
        var exit = ContainerExit(exitCode: 128, startedAt: nil, finishedAt: .now)
        exit.error = reason
        return exit
    }
}

/// What a new agent finds of a container that an earlier one started.
public enum AdoptedContainer: Sendable, Hashable {
    /// Its monitor lives. It may be at its very end: `waitForExit` says so then.
    case running(ContainerProcess)
    case exited(ContainerExit)
    /// The monitor died with the container running. The container has been killed and removed.
    case lost(ContainerExit)
    /// There never was a running container. What was half made has been removed.
    case neverStarted
}
