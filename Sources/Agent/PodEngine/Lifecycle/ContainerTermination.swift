import Linux

/// How an attempt at running a container ended, as Kubernetes shows it.
public struct ContainerTermination: Sendable, Hashable {
    public var exitCode: Int32
    public var signal: Int32?
    public var reason: PodReason
    public var message: String?
    public var startedAt: Timestamp?
    public var finishedAt: Timestamp

    public init(
        exitCode: Int32,
        signal: Int32? = nil,
        reason: PodReason,
        message: String? = nil,
        startedAt: Timestamp?,
        finishedAt: Timestamp
    ) {
        self.exitCode = exitCode
        self.signal = signal
        self.reason = reason
        self.message = message
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    /// The end that the monitor recorded.
    public init(_ exit: ContainerExit) {
        let reason: PodReason
        if exit.error != nil {
            reason = .startError
        } else if exit.oomKilled {
            reason = .oomKilled
        } else {
            reason = exit.exitCode == 0 ? .completed : .error
        }
        self.init(
            exitCode: exit.exitCode,
            signal: exit.signal,
            reason: reason,
            message: exit.error,
            startedAt: exit.startedAt,
            finishedAt: exit.finishedAt
        )
    }

    /// A command that could not be run: exit code 128, as containerd reports it.
    public static func startError(_ message: String, at time: Timestamp) -> ContainerTermination {
        ContainerTermination(exitCode: 128, reason: .startError, message: message, startedAt: nil, finishedAt: time)
    }

    /// An end that nobody saw: its monitor was killed, or the machine was switched off. Exit code 137 as the kubelet has it.
    public static func unknown(_ message: String, startedAt: Timestamp?, at time: Timestamp) -> ContainerTermination {
        ContainerTermination(
            exitCode: 137,
            reason: .containerStatusUnknown,
            message: message,
            startedAt: startedAt,
            finishedAt: time
        )
    }
}
