import CRISpec
import Glibc
import Linux
import PodEngine

extension SandboxService {
    public func runPodSandbox(_ request: CRI.RunPodSandboxRequest) async throws(CRI.Failure) -> CRI.RunPodSandboxResponse {
        guard let config = request.config else { throw .invalid("sandbox config must include metadata") }
        try check(config, handler: request.runtimeHandler)
        let id = Self.makeID()
        let name = SandboxStore.name(config.metadata ?? CRI.PodSandboxMetadata())
        if let other = store.reserve(sandbox: name, for: id) {
            throw CRIFailure(.alreadyExists, "failed to reserve sandbox name \"\(name)\": name \"\(name)\" is reserved for \"\(other)\"")
        }
        let record = SandboxRecord(
            id: id,
            config: config,
            runtimeHandler: request.runtimeHandler,
            createdAt: now,
            bootID: try Self.bootID()
        )
        var sandbox = Sandbox(record: record, config: config)
        do throws(CRIFailure) {
            try reserveUsers(of: sandbox)
            do { try await records.save(record) } catch { throw CRIFailure(unexpected: error) }
            FailPoint.recordWritten.pass()
            sandbox = try await SandboxMaker(service: self, paths: paths(id), config: config).make(sandbox)
            sandbox.record.phase = .ready
            try await save(sandbox)
        } catch {
            // Whoever asked hears why it failed; what could not be undone is found by its record and removed by the next agent.
            let failures = await remover(id).remove()
            if failures.isEmpty {
                store.release(sandbox: name)
                rooms.users.cancelReservation(of: id)
            }
            log(failures, sandbox: id)
            throw error
        }
        if sandbox.initPid != nil { startWatching(.initProcess(sandbox: id)) }
        tell(.containerCreatedEvent, of: id, in: sandbox)
        tell(.containerStartedEvent, of: id, in: sandbox)
        logger.notice("sandbox made", metadata: ["event": "sandbox-ready", "pod": "\(sandbox.key)", "sandbox": "\(id)"])
        var response = CRI.RunPodSandboxResponse()
        response.podSandboxId = id
        return response
    }

    public func stopPodSandbox(_ request: CRI.StopPodSandboxRequest) async throws(CRI.Failure) -> CRI.StopPodSandboxResponse {
        guard let found = try findForRemoval(request.podSandboxId) else { return CRI.StopPodSandboxResponse() }
        try await turns.run(of: found.id) { () async throws(CRIFailure) in
            guard let sandbox = store.sandbox(found.id) else { return }
            try await stop(sandbox)
        }
        return CRI.StopPodSandboxResponse()
    }

    public func removePodSandbox(
        _ request: CRI.RemovePodSandboxRequest
    ) async throws(CRI.Failure) -> CRI.RemovePodSandboxResponse {
        guard let found = try findForRemoval(request.podSandboxId) else { return CRI.RemovePodSandboxResponse() }
        try await turns.run(of: found.id) { () async throws(CRIFailure) in
            guard let sandbox = store.sandbox(found.id) else { return }
            try await stop(sandbox)
            for container in store.containers(of: sandbox.id) { try await remove(container) }
            let failures = await remover(sandbox.id).remove()
            guard failures.isEmpty else { throw CRIFailure(.internal, failures.joined(separator: "; ")) }
            store.removeSandbox(sandbox.id)
            store.release(sandbox: SandboxStore.name(sandbox.metadata))
            rooms.users.cancelReservation(of: sandbox.id)
            tell(.containerDeletedEvent, of: sandbox.id, in: sandbox)
        }
        return CRI.RemovePodSandboxResponse()
    }

    /// Until nothing of the sandbox is left, no pod of a file gets ids that it has.
    private func reserveUsers(of sandbox: Sandbox) throws(CRIFailure) {
        guard let range = try sandbox.options.userRange(), !rooms.users.reserve(range, for: sandbox.id) else { return }
        throw CRIFailure(
            .failedPrecondition,
            "usernsOptions: a pod of a file has ids among the \(range.count) from \(range.first) on"
        )
    }

    /// Nil where there is none: what is gone is stopped and removed already.
    private func findForRemoval(_ id: String) throws(CRIFailure) -> Sandbox? {
        guard !id.isEmpty else { throw .invalid("podSandboxId is empty") }
        if let sandbox = store.sandbox(id) { return sandbox }
        try refuseFilePod(sandbox: id)
        return nil
    }

    /// Ends its containers and gives its network and namespaces back. In its turn.
    func stop(_ sandbox: Sandbox) async throws(CRIFailure) {
        var sandbox = sandbox
        let wasReady = sandbox.isReady
        // First of all, so that no container starts any more, whatever happens next.
        sandbox.record.phase = .stopped
        try await save(sandbox)
        let failure = await withTaskGroup(of: CRIFailure?.self) { group -> CRIFailure? in
            for container in store.containers(of: sandbox.id) {
                group.addTask {
                    do throws(CRIFailure) {
                        try await self.end(container.id, within: 0)
                        return nil
                    } catch { return error }
                }
            }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        if let failure { throw failure }
        let left = await remover(sandbox.id).release()
        guard left.isEmpty else { throw CRIFailure(.internal, left.joined(separator: "; ")) }
        if wasReady { tell(.containerStoppedEvent, of: sandbox.id, in: sandbox) }
    }

    func remover(_ id: String) -> SandboxRemover {
        SandboxRemover(paths: paths(id), rooms: rooms.pods, records: records)
    }

    func log(_ failures: [String], sandbox id: String) {
        for failure in failures { logger.error("\(failure)", metadata: ["sandbox": "\(id)"]) }
    }

    /// The process that holds the PID namespace of a sandbox has ended: its containers were killed with it by the kernel.
    func waitForInit(of id: String) async {
        do throws(ContainerFailure) {
            _ = try await rooms.pods.containers.waitForExit(id: paths(id).initID)
        } catch {
            // The agent is ending, not the process.
            if Task.isCancelled { return }
        }
        guard var sandbox = store.sandbox(id), sandbox.isReady else { return }
        sandbox.record.phase = .stopped
        sandbox.initPid = nil
        do throws(CRIFailure) { try await save(sandbox) } catch { log([error.message], sandbox: id) }
        tell(.containerStoppedEvent, of: id, in: sandbox)
    }

    static func bootID() throws(CRIFailure) -> String {
        do throws(SystemError) { return try FileSystem.readText("/proc/sys/kernel/random/boot_id") } catch {
            throw CRIFailure(error)
        }
    }

    // MARK: Checks

    /// What can be refused before anything is made.
    private func check(_ config: CRI.PodSandboxConfig, handler: String) throws(CRIFailure) {
        guard let metadata = config.metadata, !metadata.name.isEmpty else { throw .invalid("sandbox config must include metadata") }
        for (field, value) in [("name", metadata.name), ("uid", metadata.uid), ("namespace", metadata.namespace)] {
            guard !value.contains("/"), !value.utf8.contains(0), value.utf8.count <= 253 else {
                throw .invalid("metadata.\(field): \"\(value)\" is no name")
            }
        }
        guard handler.isEmpty || handlers.contains(handler) else {
            throw .invalid("no runtime for \"\(handler)\" is configured")
        }
        // Mapped mounts and pinned user namespaces are more than runtimes have in common.
        if configuration.runtimes[handler] != nil,
            try config.linux?.securityContext?.namespaceOptions?.userRange() != nil
        {
            throw .invalid("the runtime of \"\(handler)\" makes no user namespaces")
        }
        guard config.logDirectory.isEmpty || config.logDirectory.isCleanPath else {
            throw .invalid("logDirectory: \"\(config.logDirectory)\" is no absolute path without ..")
        }
        guard config.windows == nil else { throw .invalid("windows: this machine runs Linux") }
        let hostname = config.hostname
        guard hostname.utf8.count <= 64, !hostname.utf8.contains(where: { $0 <= 32 || $0 == UInt8(ascii: "/") }) else {
            throw .invalid("hostname: \"\(hostname)\" is none")
        }
        try check(config.linux?.securityContext?.namespaceOptions ?? CRI.NamespaceOption())
    }

    private func check(_ options: CRI.NamespaceOption) throws(CRIFailure) {
        for (field, mode) in [("network", options.network), ("ipc", options.ipc)] where mode != .pod && mode != .node {
            throw .invalid("namespaceOptions.\(field): \(mode.name) is none of sandboxes")
        }
        if options.pid == .target { throw .invalid("namespaceOptions.pid: TARGET is none of sandboxes") }
        _ = try options.userRange()
    }

    /// What `runtimeHandler` may be, beside nothing.
    var handlers: [String] { Set(configuration.runtimes.keys).union([RuntimeHandler.ownName]).sorted() }
}

extension String {
    /// Absolute, without `..` and without the byte 0.
    var isCleanPath: Bool { hasPrefix("/") && !split(separator: "/").contains("..") && !utf8.contains(0) }
}
