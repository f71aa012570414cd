import Glibc
import Linux
import Synchronization

/// Starts containers, each under a monitor of its own that outlives the agent, and learns how they end.
///
/// Programs are started by posix_spawn(3) only; ends are seen by pidfds, without polling. Everything that it needs to
/// know after a restart of the agent stands in the container's run directory: `adopt` reads it.
public final class MonitorClient: Sendable {
    public struct Configuration: Sendable, Hashable {
        /// The path of `swiftlet-monitor`.
        public var monitorExecutable: String
        /// The path of `swiftlet-runtime`.
        public var runtimeExecutable: String
        /// Where the runtime keeps its state: `<runtimeRoot>/<id>`.
        public var runtimeRoot: String

        public init(monitorExecutable: String, runtimeExecutable: String, runtimeRoot: String) {
            self.monitorExecutable = monitorExecutable
            self.runtimeExecutable = runtimeExecutable
            self.runtimeRoot = runtimeRoot
        }
    }

    /// What a container is to be.
    public struct Launch: Sendable, Hashable {
        /// Its name for the runtime, the same for the same attempt of the same container.
        public var id: String
        /// Its name for people.
        public var name: String
        /// The folder of config.json.
        public var bundle: String
        /// Its run directory: `monitor`, `pid`, `status.json`, `exit`, `oom`, `runtime` appear there.
        public var directory: String
        public var logPath: String
        /// The size in bytes past which the log is put aside; nil: never.
        public var logSizeLimit: Int?
        /// How many logs are kept beside the one that is written.
        public var keptLogs: Int
        /// Whether all of those but the newest are compressed.
        public var compressesLogs = false
        /// How long the container waits at its next write while the log's disk is full; nil: what it writes is dropped, and the log
        /// says how much.
        public var logBlockLimit: Duration?
        /// Output goes to the journal too, with these words; nil: only to the log.
        public var journal: Journal?
        /// A runtime other than the monitor's own: a program with runc's command line.
        public var runtime: String?
        /// The cgroup that the monitor moves into before it makes its container; nil: it stays in ours.
        public var monitorCgroup: String?
        /// Whether the container's standard input is a pipe that stays open for as long as it runs; else it is /dev/null.
        public var opensInput = false
        /// Whether that pipe ends when the first client that was attached says no more.
        public var endsInputWithClient = false
        /// Whether it has a terminal; the bundle's process must say so too.
        public var hasTerminal = false

        public init(
            id: String,
            name: String,
            bundle: String,
            directory: String,
            logPath: String
        ) {
            self.id = id
            self.name = name
            self.bundle = bundle
            self.directory = directory
            self.logPath = logPath
            keptLogs = 1
        }
    }

    public let configuration: Configuration
    /// Numbers the execs of this process, for the names of their files.
    let execCounter = Atomic<Int>(0)
    private let containers = Mutex<[String: TrackedContainer]>([:])
    private let watched = Mutex<Arrivals?>(nil)

    /// Keeps monitors' descriptors from one agent to the next; nil where nobody does.
    let keeper: (any MonitorKeeping)?

    public init(configuration: Configuration, keeper: (any MonitorKeeping)? = nil) {
        self.configuration = configuration
        self.keeper = keeper
    }

    /// Starts a container; returns when its program runs (or has run: it may have ended already).
    ///
    /// After a failure nothing of the container is left. After cancellation something may be: remove it.
    ///
    /// - Parameter placing: gets the monitor's pid before it does anything; what it throws ends the monitor.
    public func start(
        _ launch: Launch,
        placing: (@Sendable (Int32) async throws -> Void)? = nil
    ) async throws(MonitorError) -> ContainerProcess {
        let starting = try MonitorStart(launch, configuration)
        let monitor = starting.monitor
        let tracked = TrackedContainer(
            id: launch.id,
            directory: launch.directory,
            monitor: monitor,
            process: nil
        )
        track(tracked)
        if let placing {
            do { try await placing(monitor.handle.pid) } catch {
                kill(monitor)
                try await monitor.waitUntilEnded()
                _ = monitor.reap()
                forget(launch.id)
                throw .monitorFailed(id: launch.id, reason: "\(error)")
            }
        }
        try starting.release()
        let answer = try await starting.answer()
        if case .running = answer, let record = try StatusFile.read(launch.directory) {
            let running = try system { () throws(SystemError) in try tracked.with(record) }
            track(running)
            keeper?.keep(monitor.handle.descriptor.rawValue, of: launch.id)
            return running.running(record)
        }
        // Nothing runs: the monitor is at its end, whatever it said.
        try await monitor.waitUntilEnded()
        let status = monitor.reap()
        try await remove(id: launch.id, directory: launch.directory)
        if case .failed(let reason) = answer { throw .startFailed(id: launch.id, reason: reason) }
        throw .monitorFailed(id: launch.id, reason: "ended without an answer, \(status.map { "\($0)" } ?? "unknown")")
    }

    /// Waits for the end of a container that was started or adopted here. Returns when its monitor has ended too: the
    /// log is complete, the cgroup and the runtime's state are gone.
    ///
    /// A monitor that died without a word makes the exit a lost one, after the container was killed and removed.
    public func waitForExit(id: String) async throws(MonitorError) -> ContainerExit {
        let container = try tracked(id)
        try await container.monitor.waitUntilEnded()
        _ = container.monitor.reap()
        keeper?.forget(id)
        let record = try StatusFile.read(container.directory)
        if let exit = record?.exit { return exit }
        try await clean(id: id, directory: container.directory, process: container.process)
        return .lost(startedAt: record?.started)
    }

    /// Sends a signal to the container's first process; never to another that got its number.
    public func signal(id: String, _ signal: Int32) throws(MonitorError) {
        guard let process = try tracked(id).process else { throw .notRunning(id: id) }
        do throws(SystemError) {
            try process.handle.signal(signal)
        } catch  where error.errno == ESRCH {
            throw .notRunning(id: id)
        } catch {
            throw .system(error)
        }
    }

    /// Whether the container's first process has begun to end, or has ended: nothing more can be started in its namespaces.
    public func isEnding(id: String) throws(MonitorError) -> Bool {
        guard let process = try tracked(id).process else { return true }
        return try system { () throws(SystemError) in try process.handle.isEnding() }
    }

    /// What watches run directories; made with the first wait.
    func arrivals() throws(SystemError) -> Arrivals {
        try watched.withLock { watched throws(SystemError) in
            if let watched { return watched }
            let made = try Arrivals()
            watched = made
            return made
        }
    }

    /// The container as it is known here.
    func tracked(_ id: String) throws(MonitorError) -> TrackedContainer {
        guard let container = containers.withLock({ $0[id] }) else { throw .unknownContainer(id: id) }
        return container
    }

    func track(_ container: TrackedContainer) {
        containers.withLock { $0[container.id] = container }
    }

    func forget(_ id: String) {
        _ = containers.withLock { $0.removeValue(forKey: id) }
        keeper?.forget(id)
    }
}
