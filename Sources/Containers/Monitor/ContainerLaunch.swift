import CLinux
import Glibc
import Linux

/// The first half of a monitor's life: makes the container, and starts it where that was asked.
struct ContainerLaunch {
    private let options: MonitorOptions
    private let directory: RunDirectory

    init(_ options: MonitorOptions) {
        self.options = options
        directory = RunDirectory(options)
    }

    /// Does it all, records it in the run directory, and tells whoever waits at the sync pipe.
    ///
    /// What is made here is found by the container's id if the monitor is killed on the way: the runtime writes its
    /// state before it makes a process, and the monitor's own pid stands in the run directory before that.
    func run() throws(MonitorFailure) -> Handover {
        var syncPipe = SyncPipe(options)
        do throws(MonitorFailure) {
            var handover = try launch()
            syncPipe.tell(pid: handover.pid)
            handover.descriptors.sync = syncPipe.handOver()
            return handover
        } catch {
            if options.runtime.exec == nil {
                var record = StatusRecord(id: options.container.id)
                record.error = error.description
                // The failure is on its way to whoever waits; that the record cannot be written as well changes nothing.
                try? directory.write(record)
            }
            syncPipe.tell(failure: error.description)
            throw error
        }
    }

    private func launch() throws(MonitorFailure) -> Handover {
        try during("prepare the run directory") { () throws(SystemError) in
            try directory.prepare()
            try directory.write(monitorPid: getpid())
            // The container's first process becomes our child when a runtime that is a program has ended.
            // PR_SET_CHILD_SUBREAPER is 36.
            try retrying("prctl", "PR_SET_CHILD_SUBREAPER") { clinux_prctl(36, 1, 0, 0, 0) }
        }
        // Before there is a container: one whose output cannot be kept is not started.
        for file in options.logging.files {
            _ = try during("open the log") { () throws(SystemError) in try LogFile(LogFile.Configuration(path: file.path)) }
        }
        var sockets = Handover.Descriptors()
        sockets.attach = try AttachSocket.listen(options)
        // An exec session without a terminal or clients has nothing to be told; its bundle's pipe is its container's.
        if options.runtime.exec.map({ $0.isAttached || options.input.hasTerminal }) ?? true {
            sockets.control = try ControlPipe.make(in: options.container.bundle)
        }
        sockets.notify = try NotifySocket.listen(options)
        try awaitClient()
        let driver = try ContainerDriver(options)
        var streams = try during("make the container's pipes") { () throws(SystemError) in
            try options.logging.passesThrough ? ContainerStreams(passingThrough: ()) : ContainerStreams(options.input)
        }
        let console = try options.input.hasTerminal ? TerminalSocket(options) : nil
        let pid = try driver.create(streams, console)
        do throws(MonitorFailure) {
            if let console {
                try during("take the terminal") { () throws(SystemError) in
                    try streams.take(terminal: try console.receive(), opensInput: options.input.isOpen)
                }
            }
            return try begin(pid, driver, streams, sockets)
        } catch {
            // What was made must not outlive the failure; that error is the one to tell.
            if options.runtime.ownsLifecycle { try? driver.delete() }
            throw error
        }
    }

    /// An exec session that is attached begins when its client has come; until then whoever started us holds the start pipe.
    private func awaitClient() throws(MonitorFailure) {
        guard options.runtime.exec?.isAttached == true else { return }
        SyncPipe.tellAttachable()
        guard SyncPipe.awaitStart(isLast: true) else {
            throw MonitorFailure("start", "whoever started the exec session has gone")
        }
    }

    /// Starts and records the container that was made.
    private func begin(
        _ pid: pid_t,
        _ driver: ContainerDriver,
        _ streams: consuming ContainerStreams,
        _ sockets: Handover.Descriptors
    ) throws(MonitorFailure) -> Handover {
        var startedAt = Timestamp.now
        // The number is ours until we reap it: a process that has ended already is nobody else's.
        let startTime = ProcessHandle.startTime(of: pid) ?? 0
        var counter: OOMCounter?
        if case .external(let runtime) = driver, options.runtime.exec == nil {
            counter = OOMCounter(pid: pid)
            if options.runtime.ownsLifecycle { try runtime.start() }
            startedAt = .now
        }
        try during("record the container") { () throws(SystemError) in
            if case .builtIn = driver { try directory.write(pid: pid) }
            try directory.write(warnings: driver.warnings)
            if options.runtime.exec != nil { return }
            let record = StatusRecord(
                id: options.container.id,
                pid: pid,
                startTime: startTime,
                startedAt: startedAt
            )
            try directory.write(record)
        }
        var descriptors = streams.handOver()
        descriptors.attach = sockets.attach
        descriptors.control = sockets.control
        descriptors.notify = sockets.notify
        return Handover(
            pid: pid,
            startTime: startTime,
            startedAt: startedAt.nanosecondsSinceEpoch,
            descriptors: descriptors,
            oomScoreAdjustment: OOMScore.lower(),
            oomCounter: counter
        )
    }
}
