import Glibc
import Linux

extension MonitorClient {
    /// Waits for the end of a container that was started or adopted here. Returns as soon as that is recorded and its log
    /// complete; its monitor has the cgroup and the runtime's state to remove then. `remove` waits for that.
    ///
    /// A monitor that died without a word makes the exit a lost one, after the container was killed and removed.
    public func waitForEnd(id: String) async throws(MonitorError) -> ContainerExit {
        let container = try tracked(id)
        guard let process = container.process, let arrivals = try? arrivals(), try await announces(container, process, arrivals),
            let exit = try StatusFile.read(container.directory)?.exit
        else { return try await waitForExit(id: id) }
        // Nobody else waits for the monitor of a container that stays for a while: a task of its own, which ends with it.
        Task { [self] in await takeLeave(of: container) }
        return exit
    }

    /// Suspends until a monitor has announced the end of its process; false where it has ended before that.
    private func announces(
        _ container: TrackedContainer,
        _ process: ProcessReference,
        _ arrivals: Arrivals
    ) async throws(MonitorError) -> Bool {
        let result = await withTaskGroup(of: Result<Bool, MonitorError>.self) { group in
            group.addTask {
                do throws(MonitorError) {
                    // No folder is watched before there is something to see.
                    try await process.waitUntilEnded()
                    try await arrivals.wait(for: "exit", in: container.directory)
                    return .success(true)
                } catch {
                    if case .system = error { return await Self.end(of: container.monitor) }
                    return .failure(error)
                }
            }
            group.addTask { await Self.end(of: container.monitor) }
            defer { group.cancelAll() }
            return await group.next() ?? .success(false)
        }
        return try result.get()
    }

    private static func end(of monitor: ProcessReference) async -> Result<Bool, MonitorError> {
        do throws(MonitorError) {
            try await monitor.waitUntilEnded()
            return .success(false)
        } catch {
            return .failure(error)
        }
    }

    /// Lets go of a monitor when it has ended.
    private func takeLeave(of container: TrackedContainer) async {
        // A wait that fails leaves a zombie, which whoever removes the container takes.
        guard (try? await container.monitor.waitUntilEnded()) != nil else { return }
        _ = container.monitor.reap()
        // Unless it is another's by now that has the name.
        if let known = try? tracked(container.id), known === container { keeper?.forget(container.id) }
    }
}
