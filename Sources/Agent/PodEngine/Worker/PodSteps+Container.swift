import Glibc
import JSONCoding
import Linux
import OCISpec
import PodSpec

extension PodSteps {
    /// Writes the bundle of an attempt and starts it.
    func start(_ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async -> PodEvent {
        let container = paths.container(name, attempt)
        let spec: RuntimeSpec
        let handler: RuntimeHandler
        do {
            handler = try runtimeHandler()
            try await clearEarlier(name, attempt, lifecycle)
            spec = try await specification(of: name, attempt, lifecycle)
            try SandboxFiles(pod: pod, network: lifecycle.sandbox.value?.network, node: context.configuration.node)
                .restore(in: paths.etc, for: ids)
            try FileSystem.makeDirectories("\(container.bundle)/rootfs")
            try FileSystem.makeDirectories(container.upper)
            try FileSystem.makeDirectories(container.work)
            // It becomes the root folder of the container.
            try ids.give(container.upper)
            try TerminationMessage(of: name, attempt, in: pod, paths)?.prepare(for: ids)
            try FileSystem.makeDirectories(FileSystem.split(container.log).directory)
            // Variables may hold secrets.
            try FileSystem.write("\(container.bundle)/config.json", try JSON.encode(spec), mode: 0o600)
        } catch let failure as StepFailure {
            return .makeFailed(container: name, attempt: attempt, failure)
        } catch {
            return .makeFailed(container: name, attempt: attempt, StepFailure(.createContainerError, "\(error)"))
        }
        FailPoint.containerPrepared.pass()
        var launch = ContainerLaunch(
            id: container.id,
            name: name,
            bundle: container.bundle,
            directory: container.run,
            logPath: container.log,
            logSizeLimit: context.configuration.logSizeLimit
        )
        launch.logKeptFiles = context.configuration.logKeptFiles
        launch.compressesLog = context.configuration.compressesLogs
        launch.logBlockLimit = context.configuration.logBlockLimit
        launch.pod = .init(uid: paths.uid, key: desired.key)
        let wanted = pod.spec.container(named: name)
        launch.opensInput = wanted?.stdin ?? false
        launch.endsInputWithClient = wanted?.stdinOnce ?? false
        launch.hasTerminal = wanted?.tty ?? false
        launch.runtime = handler.program
        launch.cgroup = spec.linux?.cgroupsPath ?? ""
        do throws(ContainerFailure) {
            let process = try await rooms.containers.start(launch)
            FailPoint.containerStarted.pass()
            return .started(container: name, attempt: attempt, process)
        } catch {
            if let ended = initThatEnds(lifecycle) {
                post(ended)
                return .makeFailed(container: name, attempt: attempt, StepFailure(.sandboxChanged, error.message))
            }
            if error.kind == .start { return .startFailed(container: name, attempt: attempt, error.message) }
            return .makeFailed(container: name, attempt: attempt, StepFailure(.createContainerError, error.message))
        }
    }

    /// Waits for the end of an attempt. Nil where the wait itself was ended.
    func watch(_ name: String, _ attempt: Int) async -> PodEvent? {
        let id = paths.container(name, attempt).id
        let termination: ContainerTermination
        do throws(ContainerFailure) {
            let exit = try await rooms.containers.waitForExit(id: id)
            var told = ContainerTermination(exit)
            if told.message == nil {
                told.message = TerminationMessage(of: name, attempt, in: pod, paths)?.read(exitCode: exit.exitCode)
            }
            termination = told
        } catch {
            // The agent is ending: the container is not.
            if Task.isCancelled { return nil }
            termination = .unknown(error.message, startedAt: nil, at: rooms.clock.wall)
        }
        FailPoint.containerEnded.pass()
        return .ended(container: name, attempt: attempt, termination)
    }

    func terminate(_ step: PodStep, _ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async -> PodEvent {
        let image = lifecycle.containers.first { $0.name == name }?.lastImage
        let wanted = pod.spec.container(named: name)?.lifecycle?.stopSignal ?? image?.process.stopSignal
        let number = wanted.flatMap(StopSignal.number) ?? SIGTERM
        let event = await signal(step, paths.container(name, attempt).id, number)
        FailPoint.containerTerminated.pass()
        return event
    }

    func kill(_ step: PodStep, _ name: String, _ attempt: Int) async -> PodEvent {
        let event = await signal(step, paths.container(name, attempt).id, SIGKILL)
        FailPoint.containerKilled.pass()
        return event
    }

    private func signal(_ step: PodStep, _ id: String, _ number: Int32) async -> PodEvent {
        do throws(ContainerFailure) {
            try await rooms.containers.signal(id: id, number)
        } catch {
            // It ended by itself meanwhile.
            if error.kind != .notRunning { return .signalled(step, error: error.message) }
        }
        return .signalled(step, error: nil)
    }

    /// Removes what an attempt of this number left when it could not be made, and the attempt before it, whose end is
    /// written down first.
    private func clearEarlier(_ name: String, _ attempt: Int, _ lifecycle: PodLifecycle) async throws {
        var leftovers: [ContainerPaths] = []
        if attempt > 0 {
            try context.records.note(PodHistory(lifecycle, at: rooms.clock.now), at: paths)
            leftovers.append(paths.container(name, attempt - 1))
        }
        let own = paths.container(name, attempt)
        if FileSystem.exists(own.run) || FileSystem.exists(own.writable) { leftovers.append(own) }
        for leftover in leftovers {
            try await rooms.containers.remove(id: leftover.id, directory: leftover.run)
            let failures = await context.records.remove([leftover.run, leftover.writable])
            if let failure = failures.first { throw StepFailure(.createContainerError, failure) }
        }
        guard attempt > 0 else { return }
        // The logs of the latest attempts stay, for `logs --previous`; older ones go, with what was rotated away from them.
        let logs = AttemptLogs(folder: FileSystem.split(own.log).directory)
        let policy = context.configuration.deadAttempts
        var mine = policy
        if policy.inAll != nil || policy.minimumAge > .zero { try logs.mark(attempt - 1) }
        // What is kept of all containers together is the collector's business.
        mine.inAll = nil
        let leaving = DeadAttempts(mine).leaving(try logs.over(before: attempt), at: rooms.clock.wall)
        try logs.remove(Set(leaving.map(\.number)))
        if policy.inAll != nil || policy.minimumAge > .zero { context.garbage.raise() }
    }
}
