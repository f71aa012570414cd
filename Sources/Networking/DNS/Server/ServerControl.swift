import Glibc
import Linux

/// What tells the server from outside: SIGHUP, SIGTERM, and a change of the host's servers. And the clock, for files that are
/// being written.
final class ServerControl {
    private let reload: () -> Void
    private let loop: EventLoop
    private let signals: SignalSource
    private let changes: FileChangeSource?
    private let retry: RetrySource

    init(
        _ configuration: NameServer.Configuration,
        _ loop: EventLoop,
        reload: @escaping () -> Void,
        readHostServers: @escaping () -> Void,
        stop: @escaping () -> Void
    ) throws(SystemError) {
        self.reload = reload
        self.loop = loop
        let retry = try RetrySource(loop, reload)
        self.retry = retry
        signals = try SignalSource(loop) { signal in
            if signal == SIGHUP {
                retry.reset()
                reload()
            } else {
                stop()
            }
        }
        do throws(SystemError) {
            changes = try FileChangeSource(loop, path: configuration.hostServersFile, readHostServers)
        } catch {
            // As many watches as there may be are in use: the next SIGHUP reads the file, too.
            SystemLog.shared.write(.warning, "\(error)")
            changes = nil
        }
    }

    /// Reads the folder again shortly; `giveUp` is called when that has been done often enough.
    func lookAgain(giveUp: () -> Void = {}) { retry.schedule(giveUp) }

    func isInOrder() { retry.reset() }
}
