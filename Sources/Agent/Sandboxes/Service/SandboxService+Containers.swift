import CRISpec
import Glibc
import Linux
import PodEngine

extension SandboxService {
    public func createContainer(_ request: CRI.CreateContainerRequest) async throws(CRI.Failure) -> CRI.CreateContainerResponse {
        guard let config = request.config else { throw .invalid("container config is missing") }
        guard let metadata = config.metadata, !metadata.name.isEmpty else { throw .invalid("container config must include metadata") }
        guard config.windows == nil else { throw .invalid("windows: this machine runs Linux") }
        let sandbox = try sandbox(request.podSandboxId)
        let id = Self.makeID()
        let name = SandboxStore.name(metadata, in: sandbox.id)
        if let other = store.reserve(container: name, for: id) {
            throw CRIFailure(.alreadyExists, "failed to reserve container name \"\(name)\": name \"\(name)\" is reserved for \"\(other)\"")
        }
        do throws(CRIFailure) {
            try await turns.run(of: sandbox.id) { () async throws(CRIFailure) in try await create(id, config, in: sandbox.id) }
        } catch {
            store.release(container: name)
            throw error
        }
        var response = CRI.CreateContainerResponse()
        response.containerId = id
        return response
    }

    private func create(_ id: String, _ config: CRI.ContainerConfig, in sandboxID: String) async throws(CRIFailure) {
        // As it is now that it is our turn.
        let sandbox = try sandbox(sandboxID)
        guard sandbox.isReady else { throw CRIFailure(.failedPrecondition, "sandbox \"\(sandboxID)\" is not ready") }
        let place = paths(sandboxID).container(id)
        let (image, facts) = try await image(of: config)
        let record = ContainerRecord(
            id: id,
            sandboxID: sandboxID,
            config: config.node,
            createdAt: now,
            image: facts,
            user: .init(uid: 0, gid: 0, groups: []),
            logPath: try logPath(of: config, in: sandbox, place),
            cgroup: cgroup(of: id, in: sandboxID, sandbox.config)
        )
        var container = SandboxContainer(record: record, config: config)
        do throws(CRIFailure) {
            do { try await records.save(record) } catch { throw CRIFailure(unexpected: error) }
            let preparer = ContainerPreparer(service: self, sandbox: sandbox, place: place)
            container.record.user = try await preparer.prepare(container, image)
            try await save(container)
        } catch {
            let failures = await discard(place)
            log(failures, sandbox: sandboxID)
            throw error
        }
        FailPoint.containerPrepared.pass()
        tell(.containerCreatedEvent, of: id, in: sandbox)
    }

    private func image(of config: CRI.ContainerConfig) async throws(CRIFailure) -> (PodImage, ContainerRecord.ImageFacts) {
        let name = config.image?.image ?? ""
        guard !name.isEmpty else { throw .invalid("image: nothing is named") }
        do throws(ImageFailure) {
            guard let image = try await rooms.pods.images.image(named: name), let shelved = try await rooms.images.image(name)
            else { throw ImageFailure(.notFound, "failed to resolve image \"\(name)\": not found") }
            let facts = ContainerRecord.ImageFacts(
                id: shelved.id,
                reference: shelved.repoDigests.first ?? shelved.id,
                stopSignal: image.process.stopSignal
            )
            return (image, facts)
        } catch { throw CRIFailure(error) }
    }

    /// Below the sandbox's folder of logs; a place of its own where nobody has named one.
    private func logPath(
        of config: CRI.ContainerConfig,
        in sandbox: Sandbox,
        _ place: ContainerPlace
    ) throws(CRIFailure) -> String {
        guard !config.logPath.isEmpty, !sandbox.config.logDirectory.isEmpty else { return place.ownLog }
        guard !config.logPath.split(separator: "/").contains(".."), !config.logPath.utf8.contains(0) else {
            throw .invalid("logPath: \"\(config.logPath)\" leads out of the sandbox's folder")
        }
        return "\(sandbox.config.logDirectory)/\(config.logPath)"
    }

    /// With the cgroup of the sandbox, or the one that the caller has made for it.
    func cgroup(of container: String, in sandbox: String, _ config: CRI.PodSandboxConfig) -> String {
        let parent = config.linux?.cgroupParent ?? ""
        if parent.isEmpty { return rooms.pods.cgroups.containerPath(podUID: sandbox, containerID: container) }
        return "\(Self.cgroupPath(parent))/\(container)"
    }

    /// `a-b.slice` is `/a.slice/a-b.slice`: systemd.slice(5).
    static func cgroupPath(_ parent: String) -> String {
        guard parent.hasSuffix(".slice"), !parent.contains("/") else { return parent.hasPrefix("/") ? parent : "/" + parent }
        let words = parent.dropLast(".slice".count).split(separator: "-")
        return words.indices.map { "/" + words[...$0].joined(separator: "-") + ".slice" }.joined()
    }

    // MARK: Starting

    public func startContainer(_ request: CRI.StartContainerRequest) async throws(CRI.Failure) -> CRI.StartContainerResponse {
        let id = try container(request.containerId).id
        try await turns.run(of: id) { () async throws(CRIFailure) in try await start(id) }
        return CRI.StartContainerResponse()
    }

    private func start(_ id: String) async throws(CRIFailure) {
        var container = try container(id)
        guard case .created = container.record.state else {
            throw CRIFailure(.failedPrecondition, "container \"\(id)\" is in \(container.state.name) state, it is not created")
        }
        let sandbox = try sandbox(container.record.sandboxID)
        guard sandbox.isReady else { throw CRIFailure(.failedPrecondition, "sandbox \"\(sandbox.id)\" is not ready") }
        // It may have been taken out of the configuration since.
        let handler = sandbox.record.runtimeHandler
        guard handler.isEmpty || handlers.contains(handler) else { throw .invalid("no runtime for \"\(handler)\" is configured") }
        let place = place(of: container)
        // Which process it is whose namespace is joined is known only now.
        if container.config.linux?.securityContext?.namespaceOptions?.pid == .target {
            let (image, _) = try await image(of: container.config)
            _ = try await ContainerPreparer(service: self, sandbox: sandbox, place: place).prepare(container, image)
        }
        container.record.state = .starting
        try await save(container)
        var launch = ContainerLaunch(
            id: id,
            name: container.metadata.name,
            bundle: place.bundle,
            directory: place.run,
            logPath: container.record.logPath,
            // Who names a log's place rotates it.
            logSizeLimit: container.record.logPath == place.ownLog ? 10 << 20 : nil
        )
        launch.pod = .init(uid: sandbox.metadata.uid, key: sandbox.key)
        launch.opensInput = container.config.stdin
        launch.endsInputWithClient = container.config.stdinOnce
        launch.hasTerminal = container.config.tty
        launch.cgroup = container.record.cgroup
        launch.runtime = configuration.runtimes[handler]
        do throws(ContainerFailure) {
            let process = try await rooms.pods.containers.start(launch)
            FailPoint.containerStarted.pass()
            container.record.state = .running(startedAt: process.startedAt.nanosecondsSinceEpoch)
            container.pid = process.pid
        } catch {
            // As containerd has it: it has been tried, and has ended.
            container.record.state = .exited(
                ContainerEnd(startedAt: 0, finishedAt: now, exitCode: 128, reason: "StartError", message: error.message)
            )
            try await save(container)
            tell(.containerStoppedEvent, of: id, in: sandbox)
            throw CRIFailure(error)
        }
        // Watched first: a record that cannot be written must not leave a process that nobody looks after.
        store.put(container)
        startWatching(.container(id))
        try await save(container)
        tell(.containerStartedEvent, of: id, in: sandbox)
    }

    /// Writes down how a container ended.
    func waitForEnd(of id: String) async {
        let exit: ContainerExit
        do throws(ContainerFailure) {
            exit = try await rooms.pods.containers.waitForExit(id: id)
        } catch {
            // The agent is ending, not the container.
            if Task.isCancelled { return }
            return await note(.unknown(at: now, error.message), of: id)
        }
        FailPoint.containerEnded.pass()
        await note(ContainerEnd(exit), of: id)
    }

    /// Whoever waits for the end finds it noted.
    func note(_ end: ContainerEnd, of id: String) async {
        // Not while it is being started: the end comes after the beginning.
        let result: Result<Sandbox?, CRIFailure>
        do throws(CRIFailure) {
            result = .success(
                try await turns.run(of: id) { () async throws(CRIFailure) -> Sandbox? in
                    guard var container = store.container(id), container.pid != nil else { return nil }
                    var end = end
                    if end.startedAt == 0, case .running(let startedAt) = container.record.state { end.startedAt = startedAt }
                    container.record.state = .exited(end)
                    container.pid = nil
                    // Also where the disk does not take it: it has ended.
                    defer { store.put(container); container.ended.open() }
                    do { try await records.save(container.record) } catch { log(["\(error)"], sandbox: container.record.sandboxID) }
                    return store.sandbox(container.record.sandboxID)
                }
            )
        } catch { result = .failure(error) }
        if case .success(let sandbox?) = result { tell(.containerStoppedEvent, of: id, in: sandbox) }
    }

    // MARK: Stopping

    public func stopContainer(_ request: CRI.StopContainerRequest) async throws(CRI.Failure) -> CRI.StopContainerResponse {
        guard request.timeout >= 0 else { throw .invalid("timeout is negative") }
        if let container = try findForRemoval(container: request.containerId) {
            try await end(container.id, within: request.timeout)
        }
        return CRI.StopContainerResponse()
    }

    /// Nil where there is none: what is gone is stopped and removed already.
    private func findForRemoval(container id: String) throws(CRIFailure) -> SandboxContainer? {
        guard !id.isEmpty else { throw .invalid("containerId is empty") }
        if let container = store.container(id) { return container }
        try refuseFilePod(container: id)
        return nil
    }

    /// Ends a container and waits until its end is noted. One that does not run is left as it is.
    ///
    /// - Parameter seconds: after the stop signal, until SIGKILL; 0 for at once.
    func end(_ id: String, within seconds: Int64) async throws(CRIFailure) {
        // One that is being started runs in a moment. Only the signal is sent in turn: while this one waits, another may kill.
        let container = try await turns.run(of: id) { () async throws(CRIFailure) -> SandboxContainer? in
            guard let container = store.container(id), container.pid != nil else { return nil }
            if seconds > 0 { try await signal(container, stopSignal(of: container)) }
            return container
        }
        guard let container else { return }
        if seconds > 0 {
            let clock = rooms.pods.clock
            let deadline = clock.uptime.advanced(by: .seconds(min(seconds, 1 << 31)))
            await first(
                { await container.ended.wait() },
                // Only a cancellation ends it early.
                { try? await clock.sleep(until: deadline) }
            )
        }
        if store.container(id)?.pid != nil, !Task.isCancelled { try await signal(container, SIGKILL) }
        await container.ended.wait()
        if Task.isCancelled { throw CRIFailure(.canceled, "the call was cancelled") }
    }

    private func first(_ one: @escaping @Sendable () async -> Void, _ two: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await one() }
            group.addTask { await two() }
            await group.next()
            group.cancelAll()
        }
    }

    private func signal(_ container: SandboxContainer, _ number: Int32) async throws(CRIFailure) {
        do throws(ContainerFailure) { try await rooms.pods.containers.signal(id: container.id, number) } catch {
            // It ended by itself meanwhile.
            if error.kind != .notRunning { throw CRIFailure(error) }
        }
    }

    /// The container's own, or its image's, or SIGTERM.
    func stopSignal(of container: SandboxContainer) -> Int32 {
        let signal = container.config.stopSignal
        if signal != .signalRuntimeDefault, let number = signal.number { return number }
        return container.record.image.stopSignal.flatMap(StopSignal.number) ?? SIGTERM
    }

    // MARK: Removing

    public func removeContainer(_ request: CRI.RemoveContainerRequest) async throws(CRI.Failure) -> CRI.RemoveContainerResponse {
        if let container = try findForRemoval(container: request.containerId) { try await remove(container) }
        return CRI.RemoveContainerResponse()
    }

    func remove(_ container: SandboxContainer) async throws(CRIFailure) {
        try await end(container.id, within: 0)
        try await turns.run(of: container.id) { () async throws(CRIFailure) in
            // Another call was first.
            guard let container = store.container(container.id) else { return }
            let failures = await discard(place(of: container))
            guard failures.isEmpty else { throw CRIFailure(.internal, failures.joined(separator: "; ")) }
            store.removeContainer(container.id)
            store.release(container: SandboxStore.name(container.metadata, in: container.record.sandboxID))
            if let sandbox = store.sandbox(container.record.sandboxID) { tell(.containerDeletedEvent, of: container.id, in: sandbox) }
        }
    }

    /// Everything of a container, its record last. Its log stays: who named its place keeps it.
    private func discard(_ place: ContainerPlace) async -> [String] {
        let failures = await remover(place.sandbox.id).remove(container: place.id)
        guard failures.isEmpty else { return failures }
        do {
            try await records.removeRecord(of: place)
            return []
        } catch { return ["\(error)"] }
    }
}

extension ContainerEnd {
    init(_ exit: ContainerExit) {
        self.init(
            startedAt: exit.startedAt?.nanosecondsSinceEpoch ?? 0,
            finishedAt: exit.finishedAt.nanosecondsSinceEpoch,
            exitCode: exit.exitCode,
            reason: exit.oomKilled ? "OOMKilled" : exit.error != nil ? "StartError" : exit.exitCode == 0 ? "Completed" : "Error",
            message: exit.error ?? ""
        )
    }

    /// Nobody saw how it ended.
    static func unknown(at time: Int64, _ message: String) -> ContainerEnd {
        ContainerEnd(startedAt: 0, finishedAt: time, exitCode: 255, reason: "Unknown", message: message)
    }
}

extension CRI.Signal {
    /// `SIGNAL_SIGRTMINPLUS3` is SIGRTMIN+3.
    var number: Int32? {
        let text = name.dropFirst("SIGNAL_".count)
        let plain = text.replacing("MINPLUS", with: "MIN+").replacing("MAXMINUS", with: "MAX-")
        return StopSignal.number(String(plain))
    }

    /// As images write it: `SIGTERM`, `SIGRTMIN+3`.
    init(stopSignal text: String) {
        let number = StopSignal.number(text)
        self = Self.allCases.first { $0 != .signalRuntimeDefault && $0.number == number && number != nil } ?? .signalSigterm
    }
}
