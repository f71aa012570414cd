import CLinux
import Glibc
import Linux

/// What happens from a container's start to the monitor's own end, in the order that others rely on.
enum ContainerEnd {
    /// Watches the container; then records its end, reads its output to the end, removes it, and tells.
    ///
    /// The record is on disk before anybody can learn of the end. `exit` files come after the last log line and do not wait
    /// for the removal, and the monitor's own end comes after everything: who waits for that finds nothing left to clean.
    static func await(_ options: MonitorOptions, _ handover: Handover) throws {
        let directory = RunDirectory(options)
        let driver = try ContainerDriver(options)
        let mounts = options.runtime.ownsLifecycle ? mountNamespace(of: handover.pid) : nil
        var watch = try ContainerWatch(options, handover)
        var end: StatusRecord.End
        do { end = try watch.waitForEnd() } catch {
            // Somebody else has taken the process's end, or the kernel will not tell: who waits for an exit code is told that.
            if options.runtime.exec != nil {
                var syncPipe = SyncPipe(options, owning: handover.descriptors.sync)
                syncPipe.tell(failure: "\(error)")
            }
            throw error
        }
        if case .builtIn(let runtime) = driver { end.oomKilled = runtime.hasOOMKill }

        guard options.runtime.exec == nil else { return try finish(options, handover, end, &watch) }
        var record = StatusRecord(
            id: options.container.id,
            pid: handover.pid,
            startTime: handover.startTime,
            startedAt: Timestamp(nanosecondsSinceEpoch: handover.startedAt)
        )
        record.end = end
        var failures: [any Error] = []
        attempt(&failures) { try directory.write(record) }
        attempt(&failures) {
            try watch.drain(killRest: options.runtime.ownsLifecycle ? { driver.killAll() } : nil)
        }
        // conmon's callers find no socket of a container that has ended. The agent removes the whole folder.
        if !options.runtime.ownsLifecycle { AttachSocket.remove(options) }
        attempt(&failures) { try directory.announce(end) }
        if options.runtime.ownsLifecycle { attempt(&failures) { try driver.delete() } }
        _ = consume mounts
        attempt(&failures) { try watch.serveLateClients(patience: patience(options)) }
        attempt(&failures) { try watch.finishCompression() }
        attempt(&failures) { try run(options.exitCommand, adjustment: handover.oomScoreAdjustment) }
        if let first = failures.first { throw first }
    }

    /// The end of a process in a container: nothing is recorded or removed; who waits for its exit code at the pipe is told last.
    private static func finish(
        _ options: MonitorOptions,
        _ handover: Handover,
        _ end: StatusRecord.End,
        _ watch: inout ContainerWatch
    ) throws {
        var failures: [any Error] = []
        attempt(&failures) { try watch.drain(killRest: nil) }
        attempt(&failures) { try RunDirectory(options).announce(end) }
        AttachSocket.remove(options)
        attempt(&failures) { try watch.serveLateClients(patience: patience(options)) }
        var syncPipe = SyncPipe(options, owning: handover.descriptors.sync)
        syncPipe.tell(exitCode: end.exitCode, message: end.timedOut ? "command timed out" : nil)
        attempt(&failures) { try run(options.exitCommand, adjustment: handover.oomScoreAdjustment) }
        if let first = failures.first { throw first }
    }

    /// Holds the container's mounts. Without it the kernel would undo them while the process ends, and its parent would hear
    /// of the end milliseconds later.
    private static func mountNamespace(of pid: pid_t) -> Descriptor? {
        // It may have ended already: then there is nothing to win.
        try? Descriptor.open("/proc/\(pid)/ns/mnt", O_RDONLY)
    }

    /// How long a client that has not taken all output yet may take nothing. Podman's reads on when the shell behind it does; the
    /// agent goes on with the pod as soon as we have ended.
    private static func patience(_ options: MonitorOptions) -> Duration {
        options.runtime.ownsLifecycle ? .seconds(2) : .seconds(30)
    }

    /// Each step is tried, whatever became of those before it.
    private static func attempt(_ failures: inout [any Error], _ step: () throws -> Void) {
        do { try step() } catch { failures.append(error) }
    }

    /// Starts the program that podman and cri-o want run after a container; it outlives the monitor.
    private static func run(_ command: MonitorOptions.ExitCommand, adjustment: Int32) throws(SystemError) {
        guard !command.path.isEmpty else { return }
        if command.delaySeconds > 0 { sleep(UInt32(command.delaySeconds)) }
        OOMScore.restore(adjustment)
        _ = try ChildProcess(executable: command.path, arguments: command.arguments).spawn()
    }
}
