import Linux
import Logging
import Systemd

/// The way to the service manager. One thread of its own: a manager that is slow to listen blocks nobody else.
///
/// That it cannot be told something changes nothing of the work: it is logged.
actor ServiceLink {
    private let thread = DedicatedThread(name: "service-manager")
    private let logger: Logger

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(logger: Logger) {
        self.logger = logger
    }

    func tell(_ messages: ServiceManager.Message...) {
        do { try ServiceManager.notify(messages) } catch { logger.warning("the service manager is not told: \(error)") }
    }

    /// Gives it a descriptor to keep, and closes ours.
    func store(_ descriptor: Int32, name: String) {
        let descriptor = Descriptor(owning: descriptor)
        do {
            // Also one that has hung up is to be there at the next start: it tells that its process has ended.
            try ServiceManager.store([descriptor.rawValue], name: name, drops: false)
        } catch {
            logger.debug("a descriptor is not kept: \(error)", metadata: ["name": "\(name)"])
        }
    }

    func removeStored(_ name: String) {
        do { try ServiceManager.removeStored(name: name) } catch {
            logger.debug("a descriptor is kept too long: \(error)", metadata: ["name": "\(name)"])
        }
    }
}
