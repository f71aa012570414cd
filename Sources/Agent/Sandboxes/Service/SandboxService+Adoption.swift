import CRISpec
import Linux
import PodEngine

extension SandboxService {
    /// Takes over what an earlier agent left: what runs goes on, what was half made goes, what ended meanwhile is noted. To be called once,
    /// before anybody asks, and before anybody collects what belongs to no pod.
    public func adopt() async throws {
        let boot = try Self.bootID()
        let ids = try records.ids()
        await withDiscardingTaskGroup { group in
            for id in ids { group.addTask { await self.adopt(id, boot: boot) } }
        }
    }

    /// Removes every sandbox of which anything is left, without taking any over. What failed is answered.
    public func removeAll() async throws -> [String] {
        let ids = try records.ids()
        return await withTaskGroup(of: [String].self) { group in
            for id in ids { group.addTask { await self.remover(id).remove() } }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func adopt(_ id: String, boot: String) async {
        let record: SandboxRecord?
        do { record = try records.sandbox(id) } catch {
            logger.warning("the record of a sandbox cannot be read, it is removed: \(error)", metadata: ["sandbox": "\(id)"])
            return await removeLeftovers(of: id)
        }
        // Without a record, or with one of a sandbox that nobody was told of.
        guard var record, record.phase != .making, let config = try? CRI.PodSandboxConfig(record.config) else {
            return await removeLeftovers(of: id)
        }
        let isOfThisBoot = record.bootID == boot
        if !isOfThisBoot { record.phase = .stopped }
        var sandbox = Sandbox(record: record, config: config)
        _ = store.reserve(sandbox: SandboxStore.name(sandbox.metadata), for: id)
        // A range that cannot be read was refused when the sandbox was asked for.
        if let range = try? sandbox.options.userRange() { rooms.users.adopt(reserved: range, for: id) }
        if sandbox.isReady, !(await isWhole(&sandbox)) { sandbox.record.phase = .stopped }
        do throws(CRIFailure) { try await save(sandbox) } catch { log([error.message], sandbox: id) }
        if sandbox.isReady {
            if let limits = try? config.cgroupLimits(containers: 0) { await rooms.pods.cgroups.adopt(podUID: id, limits: limits) }
            if sandbox.initPid != nil { startWatching(.initProcess(sandbox: id)) }
        }
        await adoptContainers(of: sandbox, isOfThisBoot)
        if !isOfThisBoot { log(await remover(id).release(), sandbox: id) }
    }

    /// Whether what its containers share is there.
    private func isWhole(_ sandbox: inout Sandbox) async -> Bool {
        let paths = paths(sandbox.id)
        let pinned = await rooms.pods.namespaces.pinned(in: paths.namespaces)
        guard pinned.isSuperset(of: sandbox.options.ownNamespaces) else { return false }
        guard sandbox.options.pid == .pod else { return true }
        do throws(ContainerFailure) {
            guard case .running(let process) = try await rooms.pods.containers.adopt(id: paths.initID, directory: paths.initDirectory)
            else { return false }
            sandbox.initPid = process.pid
            return true
        } catch {
            log([error.message], sandbox: sandbox.id)
            return false
        }
    }

    private func adoptContainers(of sandbox: Sandbox, _ isOfThisBoot: Bool) async {
        let found: (records: [ContainerRecord], problems: [String])
        do throws(SystemError) { found = try records.containers(of: sandbox.id) } catch {
            return log(["\(error)"], sandbox: sandbox.id)
        }
        log(found.problems, sandbox: sandbox.id)
        for record in found.records {
            guard let config = try? CRI.ContainerConfig(record.config) else {
                log(["\(record.id): the record holds no container"], sandbox: sandbox.id)
                continue
            }
            var container = SandboxContainer(record: record, config: config)
            _ = store.reserve(container: SandboxStore.name(container.metadata, in: sandbox.id), for: record.id)
            await settle(&container, isOfThisBoot)
            do throws(CRIFailure) { try await save(container) } catch {
                log([error.message], sandbox: sandbox.id)
                store.put(container)
            }
            if container.pid != nil { startWatching(.container(container.id)) }
        }
        await removeUnknownContainers(of: sandbox.id)
    }

    /// Finds out what became of a container.
    private func settle(_ container: inout SandboxContainer, _ isOfThisBoot: Bool) async {
        let startedAt: Int64
        switch container.record.state {
        case .created, .exited: return
        case .starting: startedAt = 0
        case .running(let time): startedAt = time
        }
        func ended(_ end: ContainerEnd) {
            var end = end
            if end.startedAt == 0 { end.startedAt = startedAt }
            container.record.state = .exited(end)
        }
        guard isOfThisBoot else { return ended(.unknown(at: now, "the machine was started anew")) }
        do throws(ContainerFailure) {
            switch try await rooms.pods.containers.adopt(id: container.id, directory: place(of: container).run) {
            case .running(let process):
                container.pid = process.pid
                container.record.state = .running(startedAt: process.startedAt.nanosecondsSinceEpoch)
            case .exited(let exit): ended(ContainerEnd(exit))
            case .lost: ended(.unknown(at: now, "nobody saw how the container ended"))
            case .neverStarted:
                // Whoever asked for the start was not answered, and may ask again.
                if startedAt == 0 {
                    container.record.state = .created
                } else {
                    ended(.unknown(at: now, "nobody saw how the container ended"))
                }
            }
        } catch { ended(.unknown(at: now, error.message)) }
    }

    /// Folders of containers of which there is no record: their removal, or their making, was cut off.
    private func removeUnknownContainers(of sandbox: String) async {
        let paths = paths(sandbox)
        var folders: Set<String> = []
        do throws(SystemError) {
            for folder in [paths.containers, "\(paths.state)/writable"] where FileSystem.exists(folder) {
                folders.formUnion(try FileSystem.list(folder))
            }
        } catch { log(["\(error)"], sandbox: sandbox) }
        let known = Set(store.containers(of: sandbox).map(\.id))
        for id in folders.subtracting(known) where id != "init" { log(await remover(sandbox).remove(container: id), sandbox: sandbox) }
    }

    private func removeLeftovers(of id: String) async {
        log(await remover(id).remove(), sandbox: id)
    }
}
