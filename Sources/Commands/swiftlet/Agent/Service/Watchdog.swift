import Linux
import Logging
import PodEngine
import Systemd

/// Tells the service manager's watchdog that work is done here: it asks the engine to come round, and says so only when it
/// has. Whatever hangs on that way starves the watchdog, and the agent is started anew; its pods do not notice.
struct Watchdog: Sendable {
    let engine: PodSupervisor
    let link: ServiceLink
    let logger: Logger

    /// Runs until the task is cancelled. Without a watchdog there is nothing to do, and no timer.
    func run() async {
        do {
            guard let interval = try ServiceManager.watchdogInterval() else { return }
            // systemd's advice: twice in the time that it waits.
            let pace = interval / 2
            while true {
                let asked = Monotonic.now
                try await heartbeat(expectedIn: pace)
                await link.tell(.watchdog)
                try await Task.sleep(for: max(.zero, pace - Monotonic.now.since(asked)))
            }
        } catch is CancellationError {
        } catch {
            logger.error("the watchdog is not fed any more: \(error)")
        }
    }

    /// Waits for the engine as long as it takes; what takes too long is logged, for who looks into it later.
    private func heartbeat(expectedIn time: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [logger] in
                // Cancelled when the engine has answered.
                guard (try? await Task.sleep(for: time)) != nil else { return }
                logger.error("the engine does not come round; the watchdog waits", metadata: ["after": "\(time)"])
            }
            try await engine.heartbeat()
            group.cancelAll()
        }
    }
}
