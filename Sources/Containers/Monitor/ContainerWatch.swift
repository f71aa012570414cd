import CLinux
import Glibc
import Linux

/// The second half of a monitor's life: logs what the container writes, and waits for its end.
///
/// While nothing happens it sleeps in one epoll_wait without a time limit and holds next to no memory.
struct ContainerWatch: ~Copyable {
    /// How long the pipes of a container that has ended may be held open by processes that were killed.
    private static let drainLimit = Duration.seconds(2)
    /// How long the journal may take none of what it was not sent yet when all output is read, and how long it may take for all.
    private static let journalStallLimit = Duration.seconds(1)
    private static let journalLimit = Duration.seconds(60)
    /// How long the log's disk may have no room yet when all output is to be read.
    private static let roomLimit = Duration.seconds(2)
    /// How often a log that could not be written is tried again: while its container waits, and while only the gap is to be told.
    private static let retryMilliseconds: Int32 = 200
    private static let gapMilliseconds: Int32 = 2000
    /// How long a file that was put aside may be compressed still when the monitor is to end.
    private static let compressionLimit = Duration.seconds(1)
    /// How long buffers are kept after a burst of output.
    private static let idleMilliseconds: Int32 = 200

    private let handover: Handover
    private let poller: Epoll
    private let signals: SignalDescriptor
    private let pipes: [OutputPipe]
    private let attach: AttachServer?
    private let control: ControlPipe?
    private let notify: NotifySocket?
    /// When the process is killed.
    private let deadline: Monotonic?
    private var hasTimedOut = false
    private var sinks: LogSinks
    /// Whether the container's output is left where it is: the log has no room.
    private var isPaused = false
    private var end: StatusRecord.End?

    private enum Token: UInt64 {
        case signal, output, error, journal, control, notify
        /// All higher tokens are the attach server's.
        case attach
    }

    /// Takes the descriptors over that the first half left. Opens the log again: it may have been rotated since.
    init(_ options: MonitorOptions, _ handover: Handover) throws(SystemError) {
        let poller = try Epoll()
        let signals = try SignalDescriptor([SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1])
        // A terminal has one output; streams that are passed through are none of ours.
        let output = OutputPipe(.stdout, owning: handover.descriptors.output)
        let error = OutputPipe(.stderr, owning: handover.descriptors.error)
        let control = ControlPipe(
            owning: handover.descriptors.control,
            terminal: options.input.hasTerminal ? output?.number : nil
        )
        let notify = NotifySocket(owning: handover.descriptors.notify, address: options.places.notifySocket)
        let sinks = try LogSinks(options)
        let attach = AttachServer(options.input, handover.descriptors)
        try poller.add(signals.descriptor.rawValue, .readable, token: Token.signal.rawValue)
        if let output { try poller.add(output.number, .readable, token: Token.output.rawValue) }
        if let error { try poller.add(error.number, .readable, token: Token.error.rawValue) }
        if let control { try poller.add(control.number, .readable, token: Token.control.rawValue) }
        if let notify { try poller.add(notify.number, .readable, token: Token.notify.rawValue) }
        try attach?.register(with: poller, firstToken: Token.attach.rawValue)
        self.handover = handover
        self.poller = poller
        self.signals = signals
        self.attach = attach
        self.control = control
        self.notify = notify
        deadline = options.timeoutSeconds.map { Monotonic.now.advanced(by: .seconds($0)) }
        pipes = [output, error].compactMap { $0 }
        self.sinks = sinks
    }

    /// Gives how the container ended, as soon as that is known: its output may not have been read to its end yet.
    mutating func waitForEnd() throws(SystemError) -> StatusRecord.End {
        // It may have ended before there was anybody to get the signal.
        try reap()
        while true {
            if var end {
                end.timedOut = hasTimedOut
                return end
            }
            let holdsPages = sinks.holdsPages || pipes.contains { $0.holdsPages }
            let limit = sinks.isBehind ? retryTime : holdsPages ? ContainerWatch.idleMilliseconds : -1
            let isQuiet = try !turn(milliseconds: waitingTime(atMost: limit))
            if isQuiet && holdsPages && !sinks.isWaiting { releasePages() }
            try catchUp()
            killWhereLate()
        }
    }

    /// How long to wait for events, in milliseconds: up to a limit, for ever where that is negative, but not past the deadline.
    private func waitingTime(atMost limit: Int32) -> Int32 {
        guard let deadline, !hasTimedOut else { return limit }
        let left = max(0, (deadline.nanoseconds - Monotonic.now.nanoseconds + 999_999) / 1_000_000)
        return limit < 0 ? Int32(clamping: left) : min(limit, Int32(clamping: left))
    }

    private var retryTime: Int32 { sinks.isWaiting ? ContainerWatch.retryMilliseconds : ContainerWatch.gapMilliseconds }

    /// Tries again what could not be logged, and leaves the container's output alone until that has worked.
    private mutating func catchUp() throws(SystemError) {
        sinks.retry()
        guard isPaused != sinks.isWaiting else { return }
        isPaused = sinks.isWaiting
        for pipe in pipes where pipe.isOpen {
            if isPaused {
                try poller.remove(pipe.number)
            } else {
                let token = pipe.stream == .stdout ? Token.output : Token.error
                try poller.add(pipe.number, .readable, token: token.rawValue)
            }
        }
    }

    /// Gives a full disk a moment, then goes on without it.
    private mutating func awaitRoom() throws(SystemError) {
        let begun = Monotonic.now
        while sinks.isWaiting, Monotonic.now.since(begun) < ContainerWatch.roomLimit {
            _ = try turn(milliseconds: ContainerWatch.retryMilliseconds)
            try catchUp()
        }
        sinks.giveUp()
        try catchUp()
    }

    private mutating func killWhereLate() {
        guard let deadline, !hasTimedOut, end == nil, Monotonic.now >= deadline else { return }
        hasTimedOut = true
        // It is not reaped yet, so the pid is its.
        kill(handover.pid, SIGKILL)
    }

    /// Logs what is left in the pipes. Where processes still hold them open, `killRest` is called, and they have two
    /// seconds to be gone; without it nobody is waited for.
    mutating func drain(killRest: (() -> Void)?) throws(SystemError) {
        // Clients may be waiting whom nobody has seen yet: the container can have ended before the first look.
        _ = try turn(milliseconds: 0)
        try awaitRoom()
        for pipe in pipes where pipe.isOpen { try pump(pipe) }
        if let killRest, pipes.contains(where: { $0.isOpen }) {
            killRest()
            try turn(for: ContainerWatch.drainLimit) { watch in watch.pipes.contains { $0.isOpen } }
        }
        for pipe in pipes { pipe.finish(into: &sinks) }
        sinks.giveUp()
        notify?.relay()
        try attach?.close(poller)
        try sinks.journal?.wait(with: poller, token: Token.journal.rawValue)
        try drainJournal()
    }

    /// Gives clients that are behind the time to take the rest: for as long as one of them takes anything within `patience`.
    mutating func serveLateClients(patience: Duration) throws(SystemError) {
        while let progress = attach?.progress {
            try turn(for: patience) { $0.attach?.progress == progress }
            if attach?.progress == progress { return }
        }
    }

    /// Lets a file that was put aside be compressed, unless that takes long.
    mutating func finishCompression() throws(SystemError) {
        try turn(for: ContainerWatch.compressionLimit) { $0.sinks.isCompressing }
        sinks.stopCompressing()
    }

    /// Gives a slow journal the time that it needs, and one that takes nothing any more a moment.
    private mutating func drainJournal() throws(SystemError) {
        let begun = Monotonic.now
        while let journal = sinks.journal, journal.isWaiting, Monotonic.now.since(begun) < ContainerWatch.journalLimit {
            let taken = journal.sentCount
            try turn(for: ContainerWatch.journalStallLimit) { $0.sinks.journal?.isWaiting == true }
            if journal.sentCount == taken { return }
        }
    }

    /// Deals with events for as long as a condition holds, and not longer than the limit.
    private mutating func turn(
        for limit: Duration,
        while condition: (borrowing ContainerWatch) -> Bool
    ) throws(SystemError) {
        let begun = Monotonic.now
        while condition(self) {
            let left = limit - Monotonic.now.since(begun)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0, try turn(milliseconds: Int32(milliseconds)) else { return }
        }
    }

    /// Waits for events and deals with them; false where the time was over first.
    private mutating func turn(milliseconds: Int32) throws(SystemError) -> Bool {
        var ready: [Epoll.Event] = []
        try poller.wait(milliseconds: milliseconds) { event throws(SystemError) in ready.append(event) }
        // Clients first: one that was there before the output shall see it from its first byte.
        for event in ready where event.token >= Token.attach.rawValue { try attach?.handle(event, poller) }
        for event in ready {
            switch Token(rawValue: event.token) {
            case .signal: try takeSignals()
            case .output: try pump(.stdout)
            case .error: try pump(.stderr)
            case .notify: notify?.relay()
            case .journal: sinks.journal?.goOn()
            case .control: if control?.take() == true { sinks.reopen(onRequest: true) }
            case .attach, nil: break
            }
        }
        try sinks.journal?.wait(with: poller, token: Token.journal.rawValue)
        return !ready.isEmpty
    }

    private mutating func pump(_ stream: LogStream) throws(SystemError) {
        if let pipe = pipes.first(where: { $0.stream == stream }) { try pump(pipe) }
    }

    private mutating func pump(_ pipe: OutputPipe) throws(SystemError) {
        let attach = attach
        let isAtEnd = pipe.pump(into: &sinks) { stream, bytes in attach?.send(bytes, from: stream) }
        try attach?.lookAfterLate(poller)
        // A descriptor at its end is always ready: it must leave the set. It was in there.
        if isAtEnd { try? poller.remove(pipe.number) }
    }

    private mutating func takeSignals() throws(SystemError) {
        while let signal = try signals.next() {
            switch signal {
            case SIGCHLD: try reap()
            case SIGTERM, SIGINT, SIGQUIT:
                // As conmon: whoever wants us gone wants the container gone. It is not reaped yet, so the pid is its.
                if end == nil { kill(handover.pid, signal) }
            // As conmon: whoever moved the log away has it go on in a new file.
            case SIGUSR1: sinks.reopen(onRequest: false)
            default: break
            }
        }
    }

    /// Takes all children that have ended: the container's first process, and orphans, for the monitor is a subreaper.
    private mutating func reap() throws(SystemError) {
        while true {
            var status: Int32 = 0
            let pid = waitpid(-1, &status, WNOHANG)
            if pid > 0 && sinks.hasEnded(child: pid, status) { continue }
            if pid == handover.pid { end = StatusRecord.End(waitStatus: status, oomCounter: handover.oomCounter) }
            if pid > 0 { continue }
            if pid == 0 { return }
            let code = errno
            if code == EINTR { continue }
            // ECHILD: no child is left.
            if code == ECHILD && end != nil { return }
            throw SystemError(call: "waitpid", errno: code, subject: "container \(handover.pid)")
        }
    }

    private mutating func releasePages() {
        sinks.releasePages()
        for pipe in pipes { pipe.releasePages() }
    }
}

extension StatusRecord.End {
    /// Reads what wait(2) gives for a process that ended now.
    fileprivate init(waitStatus: Int32, oomCounter: OOMCounter?) {
        let signal = waitStatus & 0x7F
        self.init(
            finishedAt: .now,
            status: signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signaled(signal),
            oomKilled: oomCounter?.hasKilled(endedBySignal: signal) ?? false
        )
    }
}
