import Linux
import PodSpec

/// Removes everything that a pod has or may have, found by its UID. Goes on after a failure and collects; the record goes
/// last and only if nothing failed, so that an agent that is killed here, or fails, is followed by another try.
struct PodRemover: Sendable {
    let paths: PodPaths
    let rooms: Rooms
    let records: PodRecords
    /// Where the key of the pod is not known any more, its log folders are looked for by UID.
    var logs: [String]?

    init(paths: PodPaths, rooms: Rooms, records: PodRecords, logs: [String]? = nil) {
        self.paths = paths
        self.rooms = rooms
        self.records = records
        self.logs = logs
    }

    /// What failed; empty where nothing of the pod is left.
    func remove() async -> [String] {
        var failures = await removeContainers()
        FailPoint.containersRemoved.pass()
        let sandbox = await removeSandbox()
        failures += sandbox.failures
        failures += await records.remove(logs ?? [paths.logs])
        FailPoint.logsRemoved.pass()
        // What is still mounted below would be emptied with the folder, if it is of the same file system.
        guard sandbox.isUnmounted else { return failures }
        failures += await records.remove([paths.run])
        FailPoint.runDirectoryRemoved.pass()
        failures += await removeState(keepingRecord: !failures.isEmpty)
        FailPoint.recordRemoved.pass()
        return failures
    }

    /// Removes what a pod that has finished needs no more. What its containers left stays: ends, logs, files, volumes on disk.
    func releaseSandbox() async -> [String] {
        let sandbox = await removeSandbox()
        guard sandbox.isUnmounted else { return sandbox.failures }
        return sandbox.failures
            + (await records.remove([paths.etc, paths.sharedMemory, paths.memoryVolumes, paths.secretVolumes, paths.subPaths]))
    }

    /// Network, namespaces, mounts, cgroup. Also answers whether nothing is mounted any more.
    private func removeSandbox() async -> (failures: [String], isUnmounted: Bool) {
        var failures = await removeInit()
        failures += await collect {
            try await rooms.networks.tearDown(podUID: paths.uid, namespacePath: paths.pinned(.network))
        }
        FailPoint.networkRemoved.pass()
        failures += await collect { try await rooms.namespaces.remove(in: paths.namespaces) }
        FailPoint.namespacesRemoved.pass()
        let mounts = VolumeMounter(paths: paths, mounts: rooms.mounts).unmountAll()
        failures += mounts
        FailPoint.mountsRemoved.pass()
        failures += await collect { try await rooms.cgroups.remove(podUID: paths.uid) }
        FailPoint.cgroupRemoved.pass()
        return (failures, mounts.isEmpty)
    }

    /// The process that holds the pod's PID namespace, where there is one.
    private func removeInit() async -> [String] {
        let attempts: [Int]
        do throws(SystemError) { attempts = try paths.initAttempts() } catch { return ["\(error)"] }
        var failures: [String] = []
        for attempt in attempts {
            let leftover = paths.container(PodPaths.initName, attempt)
            let failed = await collect { try await rooms.containers.remove(id: leftover.id, directory: leftover.run) }
            failures += failed.isEmpty ? await records.remove([leftover.run]) : failed
        }
        return failures
    }

    /// All attempts of which there is a run directory, at the same time.
    private func removeContainers() async -> [String] {
        guard FileSystem.exists(paths.containers) else { return [] }
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(paths.containers) } catch { return ["\(error)"] }
        return await withTaskGroup(of: [String].self) { group in
            for name in names {
                guard let (container, attempt) = PodPaths.attempt(ofDirectory: name) else { continue }
                let paths = paths.container(container, attempt)
                group.addTask {
                    await collect { try await rooms.containers.remove(id: paths.id, directory: paths.run) }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func removeState(keepingRecord: Bool) async -> [String] {
        guard FileSystem.exists(paths.state) else { return [] }
        do throws(SystemError) {
            let rest = try FileSystem.list(paths.state).map { "\(paths.state)/\($0)" }.filter { $0 != paths.record }
            let failures = await records.remove(rest)
            if keepingRecord || !failures.isEmpty { return failures }
            return await records.remove([paths.state])
        } catch {
            return ["\(error)"]
        }
    }

    private func collect(_ body: () async throws -> Void) async -> [String] {
        do {
            try await body()
            return []
        } catch {
            return ["\(error)"]
        }
    }
}
