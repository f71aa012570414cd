import Linux
import PodEngine

/// Takes away what a sandbox has or may have, found by its id. Goes on after a failure and collects; the record goes last and only
/// if nothing failed, so that an agent that is killed here, or fails, is followed by another try.
struct SandboxRemover: Sendable {
    let paths: SandboxPaths
    let rooms: Rooms
    let records: SandboxRecords

    /// Network, namespaces, the process that holds them, mounts of the sandbox's own. Containers, logs and records stay.
    func release() async -> [String] {
        var failures: [String] = []
        if FileSystem.exists(paths.initDirectory) {
            let failed = await collect {
                try await rooms.containers.remove(id: paths.initID, directory: paths.initDirectory)
            }
            failures += failed.isEmpty ? await records.remove([paths.initDirectory]) : failed
        }
        failures += await collect {
            try await rooms.networks.tearDown(podUID: paths.id, namespacePath: paths.pinned(.network))
        }
        FailPoint.networkRemoved.pass()
        failures += await collect { try await rooms.namespaces.remove(in: paths.namespaces) }
        FailPoint.namespacesRemoved.pass()
        failures += unmount(below: paths.sharedMemory, itself: true)
        failures += await collect { try await rooms.cgroups.remove(podUID: paths.id) }
        FailPoint.cgroupRemoved.pass()
        return failures
    }

    /// Everything. What failed is answered; empty where nothing of the sandbox is left.
    func remove() async -> [String] {
        var failures = await removeContainers()
        failures += await release()
        failures += unmount(below: paths.run, itself: false)
        // What is still mounted below would be emptied with the folder.
        guard failures.isEmpty else { return failures }
        failures += await records.remove([paths.run])
        FailPoint.runDirectoryRemoved.pass()
        guard failures.isEmpty, FileSystem.exists(paths.state) else { return failures }
        do throws(SystemError) {
            let rest = try FileSystem.list(paths.state).map { "\(paths.state)/\($0)" }.filter { $0 != paths.record }
            failures += await records.remove(rest)
        } catch {
            failures.append("\(error)")
        }
        if failures.isEmpty { failures += await records.remove([paths.state]) }
        FailPoint.recordRemoved.pass()
        return failures
    }

    /// What one container has: its processes, its mounts, its folders. Its record is the caller's.
    func remove(container id: String) async -> [String] {
        let place = paths.container(id)
        var failures = await collect { try await rooms.containers.remove(id: id, directory: place.run) }
        guard failures.isEmpty else { return failures }
        failures += unmount(below: place.run, itself: false)
        guard failures.isEmpty else { return failures }
        return await records.remove([place.run, place.writable])
    }

    private func removeContainers() async -> [String] {
        var ids: Set<String> = []
        do throws(SystemError) {
            if FileSystem.exists(paths.containers) { ids.formUnion(try FileSystem.list(paths.containers)) }
        } catch {
            return ["\(error)"]
        }
        ids.remove("init")
        return await withTaskGroup(of: [String].self) { group in
            for id in ids { group.addTask { await remove(container: id) } }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// The deepest first. A container may have mounted folders of the host below one that propagates back: as peers of the host's mounts
    /// they would take those with them.
    private func unmount(below folder: String, itself: Bool) -> [String] {
        let pinned = paths.namespaces + "/"
        var failures: [String] = []
        do throws(SystemError) {
            var points = try rooms.mounts.mountPoints(below: [folder]).filter { !$0.path.hasPrefix(pinned) }
            if itself, FileSystem.exists(folder) { points.insert(HostMountPoint(folder), at: 0) }
            for point in points where !point.isRemote { try rooms.mounts.isolate(point.path) }
            for point in points.reversed() { try rooms.mounts.unmount(point) }
        } catch {
            failures.append("\(error)")
        }
        return failures
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
