import Linux
import PodSpec

/// A pod of which a record was found at the start of the agent.
struct AdoptedPod: Sendable {
    let desired: DesiredPod
    private let record: PodRecord
    private let paths: PodPaths
    private let context: EngineContext

    init(_ record: PodRecord, in context: EngineContext) {
        self.record = record
        self.context = context
        var desired = DesiredPod(
            pod: record.pod,
            warnings: record.warnings,
            fingerprint: record.fingerprint,
            file: record.file
        )
        desired.hasGivenUID = record.hasGivenUID ?? !PodIdentity.isDerived(record.pod.metadata.uid)
        self.desired = desired
        paths = PodPaths(uid: record.pod.metadata.uid, key: record.key, in: context.configuration.directories)
    }

    private var rooms: Rooms { context.rooms }

    /// Finds out what there is of the pod, takes over what runs, and removes what no later step would find or could use.
    /// Also answers what a person should know of.
    func adopt() async -> (PodLifecycle, notes: [String]) {
        var notes: [String] = []
        var history: PodHistory?
        do { history = try context.records.history(uid: paths.uid) } catch {
            // Restart counts are lost, nothing else is.
            notes.append("\(paths.history): \(error)")
        }
        var sandbox = await wholeSandbox()
        let initAttempt = sandbox == nil ? nil : await runningInit(&notes)
        if record.pod.spec.sharesProcesses, initAttempt == nil { sandbox = nil }
        var containers: [String: AdoptionFacts.Container] = [:]
        for (name, attempt) in await latestAttempts(&notes) where name != PodPaths.initName {
            let outcome = await outcome(of: name, attempt, sandboxIsWhole: sandbox != nil, &notes)
            var found = AdoptionFacts.Container(attempt: attempt, outcome: outcome)
            if case .exited(let exit) = outcome {
                found.message = TerminationMessage(of: name, attempt, in: record.pod, paths)?.read(exitCode: exit.exitCode)
            }
            containers[name] = found
        }
        if sandbox == nil { await removeSandbox(&notes) }
        var facts = AdoptionFacts(
            startTime: Timestamp(rfc3339: record.startTime) ?? rooms.clock.wall,
            sandbox: sandbox
        )
        facts.containers = containers
        facts.initAttempt = initAttempt
        facts.history = history
        facts.outdatedAttempts = record.outdatedAttempts ?? [:]
        facts.resize = record.resize
        facts.generation = record.generation ?? 1
        if sandbox != nil {
            let granted = record.resize?.granted.granted(to: record.pod) ?? record.pod
            let limits = PodCgroupLimits(granted, on: context.configuration.node)
            await rooms.cgroups.adopt(podUID: paths.uid, limits: limits)
        }
        facts.images = await images()
        let shape = PodShape(record.pod)
        let backoffs = context.configuration.backoffs
        return (.adopted(shape, facts, backoffs: backoffs, at: rooms.clock.now), notes)
    }

    /// The sandbox if everything of it is there: namespaces, network, files, shared memory.
    private func wholeSandbox() async -> PodLifecycle.Sandbox? {
        let usesHostNetwork = record.pod.spec.hostNetwork ?? false
        let own = record.pod.spec.ownNamespaces
        let wanted = record.pod.spec.sharesProcesses ? own.union([.pid]) : own
        guard await rooms.namespaces.pinned(in: paths.namespaces).isSuperset(of: wanted) else { return nil }
        // The last of the files to be written.
        guard FileSystem.exists("\(paths.etc)/resolv.conf") else { return nil }
        // A folder that cannot be looked at is as good as missing: the sandbox is made anew.
        if wanted.contains(.ipc) {
            guard (try? rooms.mounts.isMountPoint(paths.sharedMemory)) == true else { return nil }
        }
        if usesHostNetwork { return PodLifecycle.Sandbox(network: nil) }
        guard let network = await rooms.networks.status(podUID: paths.uid) else { return nil }
        return PodLifecycle.Sandbox(network: network)
    }

    /// The attempt at the process that holds the pod's PID namespace, where one runs.
    private func runningInit(_ notes: inout [String]) async -> Int? {
        guard record.pod.spec.sharesProcesses else { return nil }
        do {
            guard let attempt = try paths.initAttempts().max() else { return nil }
            let container = paths.container(PodPaths.initName, attempt)
            if case .running = try await rooms.containers.adopt(id: container.id, directory: container.run) { return attempt }
        } catch {
            notes.append("\(PodPaths.initName): \(error)")
        }
        return nil
    }

    /// The highest attempt of each container; what lower ones left is removed.
    private func latestAttempts(_ notes: inout [String]) async -> [String: Int] {
        guard FileSystem.exists(paths.containers) else { return [:] }
        let names: [String]
        do throws(SystemError) { names = try FileSystem.list(paths.containers) } catch {
            notes.append("\(error)")
            return [:]
        }
        let found = names.compactMap(PodPaths.attempt(ofDirectory:))
        var latest: [String: Int] = [:]
        for (name, attempt) in found { latest[name] = max(attempt, latest[name] ?? 0) }
        for (name, attempt) in found where attempt != latest[name] {
            notes += await remove(name, attempt)
        }
        return latest
    }

    private func outcome(
        of name: String,
        _ attempt: Int,
        sandboxIsWhole: Bool,
        _ notes: inout [String]
    ) async -> AdoptedContainer {
        let container = paths.container(name, attempt)
        var outcome = AdoptedContainer.lost
        do throws(ContainerFailure) {
            outcome = try await rooms.containers.adopt(id: container.id, directory: container.run)
        } catch {
            notes.append("\(container.id): \(error)")
        }
        // Its namespaces are gone, or nothing is known of it: it cannot go on.
        if case .running = outcome, !sandboxIsWhole { outcome = .lost }
        switch outcome {
        case .running, .exited: break
        case .lost, .neverStarted:
            do throws(ContainerFailure) {
                try await rooms.containers.remove(id: container.id, directory: container.run)
            } catch {
                notes.append("\(container.id): \(error)")
            }
        }
        return outcome
    }

    private func remove(_ name: String, _ attempt: Int) async -> [String] {
        let container = paths.container(name, attempt)
        do throws(ContainerFailure) {
            try await rooms.containers.remove(id: container.id, directory: container.run)
        } catch {
            return ["\(container.id): \(error)"]
        }
        return await context.records.remove([container.run, container.writable])
    }

    /// What there is of a sandbox that is not whole. What cannot be removed now fails again, visibly, when it is made.
    private func removeSandbox(_ notes: inout [String]) async {
        do throws(SandboxFailure) {
            try await rooms.networks.tearDown(podUID: paths.uid, namespacePath: paths.pinned(.network))
            try await rooms.namespaces.remove(in: paths.namespaces)
        } catch {
            notes.append("\(error)")
        }
    }

    /// The images of the pod's containers as they are here: for the status, and for the signal that ends a container.
    private func images() async -> [String: PodImage] {
        var images: [String: PodImage] = [:]
        for container in record.pod.spec.initContainers + record.pod.spec.containers {
            // One that is gone is missed only in the status.
            images[container.name] = try? await rooms.images.image(named: container.image)
        }
        return images
    }
}
