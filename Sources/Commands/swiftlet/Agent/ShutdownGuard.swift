import Linux
import Logging
import PodEngine
import Systemd

/// Ends the pods in good order before the machine goes down, so that their containers get their signals and their time, and
/// what is known of them is on disk.
///
/// logind is asked to wait for that (an inhibitor lock of the kind "delay"). Without logind, or where somebody goes past it,
/// the stop of the agent's own unit is the moment: `isMachineStopping`.
struct ShutdownGuard: Sendable {
    let engine: PodSupervisor
    /// How long containers may take at most.
    let gracePeriod: Duration
    let logger: Logger

    /// logind goes on without us at its own limit; the last of the work is ours to do before.
    private static let margin = Duration.seconds(2)
    private static let reason = "Pods end in good order"

    /// Waits for the machine to go down, again and again. Returns when the task is cancelled, or where there is nobody to
    /// say when.
    func run() async {
        guard ServiceManager.isSystemBooted else { return }
        let login = LoginManager()
        do {
            while true {
                var lock: Descriptor? = try await login.delayShutdown(who: "swiftlet", why: Self.reason)
                while try await !login.shutdownChange() {}
                let limit = try await login.delayLimit()
                await halt(within: limit)
                // The machine may go down now.
                lock = nil
                while try await login.shutdownChange() {}
                logger.notice("the machine does not go down: pods go on")
                await engine.resume()
                _ = lock
            }
        } catch is CancellationError {
        } catch {
            logger.info("shutdowns are not delayed for pods: \(error)")
        }
    }

    /// To be asked when the agent is told to end: whether the pods are to end too.
    func isMachineStopping() async -> Bool {
        guard ServiceManager.isSystemBooted else { return false }
        do { return try await UnitManager().isMachineStopping() } catch {
            logger.warning("whether the machine goes down is not known: \(error)")
            return false
        }
    }

    /// - Parameter limit: when whoever waits goes on.
    func halt(within limit: Duration?) async {
        let time = min(gracePeriod, limit.map { max(.zero, $0 - Self.margin) } ?? gracePeriod)
        logger.notice("the machine goes down: ending all pods", metadata: ["seconds": "\(time.components.seconds)"])
        do { try ServiceManager.notify(.status("ending pods: the machine goes down")) } catch {
            logger.warning("\(error)")
        }
        await engine.halt(within: time)
        logger.notice("no container runs any more")
    }
}
