import AgentServer
import Linux
import Logging
import PodEngine
import Synchronization
import Systemd

/// The agent as a service: what the service manager hears of it, and what it has from there. Without one, nothing of this
/// costs anything.
struct AgentService: Sendable {
    /// How much more time each step of the start gets.
    private static let startPatience = Duration.seconds(60)

    let link: ServiceLink
    let sockets: InheritedSockets
    /// Nil without a service manager.
    let monitors: StoredMonitors?
    private let logger: Logger

    init(logger: Logger) throws(SystemError) {
        let descriptors = try ServiceDescriptors(logger: logger)
        link = ServiceLink(logger: logger)
        sockets = descriptors.sockets
        monitors = StoredMonitors(descriptors, link: link)
        self.logger = logger
    }

    /// Starts the engine and tells when it is ready: the folder is read, everything inherited is in hand. The server answers
    /// already.
    func start(_ engine: PodSupervisor) async throws {
        let told = Mutex(Monotonic.now)
        await link.tell(.extendTimeout(Self.startPatience), .status("taking over the pods that run"))
        try await engine.start { [link] in
            // Many pods may be taken over in one moment.
            let isDue = told.withLock { told in
                let now = Monotonic.now
                guard now.since(told) > .seconds(1) else { return false }
                told = now
                return true
            }
            // Progress is told beside the work that it is about.
            if isDue { Task { await link.tell(.extendTimeout(Self.startPatience)) } }
        }
        monitors?.releaseUnclaimed()
        await link.tell(.ready)
    }

    /// Keeps the status current and the watchdog fed, until the task is cancelled.
    func watch(_ engine: PodSupervisor) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await ServiceStatus(store: engine.store, link: link).run() }
            group.addTask { await Watchdog(engine: engine, link: link, logger: logger).run() }
        }
    }

    /// Reloads, between the two messages that `systemctl reload` of a unit of the type notify-reload waits for.
    func reload(_ body: (@Sendable () async -> Void)?) async {
        await link.tell(.reloading(.now))
        if let body { await body() } else { logger.notice("nothing to reload") }
        await link.tell(.ready)
    }
}
