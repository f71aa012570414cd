import Glibc
import Linux
import PodEngine

extension FakeMachine: ContainerRunning {
    func start(_ launch: ContainerLaunch) async throws(ContainerFailure) -> RunningContainer {
        if !FileSystem.exists("\(launch.bundle)/config.json") { throw ContainerFailure(.create, "no bundle") }
        let failure: ContainerFailure? = state.withLock { state in
            state.journal.append("start \(launch.id)")
            return state.startFailures[launch.name]
        }
        if let failure { throw failure }
        let isShortLived = state.withLock { $0.shortLived.contains(launch.name) }
        if isShortLived {
            do throws(SystemError) { try FileSystem.write(launch.logPath, Array("x\n".utf8)) } catch {
                throw ContainerFailure(.create, "\(error)")
            }
        }
        return state.withLock { state in
            state.nextPID += 1
            let process = RunningContainer(pid: state.nextPID, startedAt: clock.wall)
            var container = Container(launch: launch, process: process)
            if isShortLived { container.exit = ContainerExit(exitCode: 1, startedAt: clock.wall, finishedAt: clock.wall) }
            state.containers[launch.id] = container
            return process
        }
    }

    func adopt(id: String, directory: String) async throws(ContainerFailure) -> AdoptedContainer {
        state.withLock { state in
            state.journal.append("adopt \(id)")
            if state.lost.remove(id) != nil { return .lost }
            guard let container = state.containers[id] else { return .neverStarted }
            return container.exit.map { .exited($0) } ?? .running(container.process)
        }
    }

    func waitForExit(id: String) async throws(ContainerFailure) -> ContainerExit {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if Task.isCancelled || state.containers[id]?.exit != nil || state.containers[id] == nil {
                        return true
                    }
                    state.exitWaiters[id, default: [:]][number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.exitWaiters[id]?.removeValue(forKey: number) }?.resume()
        }
        guard let exit = state.withLock({ $0.containers[id]?.exit }) else {
            throw ContainerFailure(.notRunning, "there is no container \(id)")
        }
        return exit
    }

    func signal(id: String, _ signal: Int32) async throws(ContainerFailure) {
        let ends = state.withLock { state in
            state.journal.append("signal \(signal) \(id)")
            state.containers[id]?.signals.append(signal)
            let name = state.containers[id]?.launch.name ?? ""
            return signal == SIGKILL || !state.stubborn.contains(name)
        }
        if ends { end(id, exitCode: 128 + signal, signal: signal) }
    }

    func isEnding(id: String) throws(ContainerFailure) -> Bool {
        state.withLock { state in state.containers[id].map { $0.exit != nil } ?? true }
    }

    func exec(id: String, _ request: ContainerExecRequest) async throws(ContainerFailure) -> ContainerExecResult {
        ContainerExecResult(exitCode: 0, standardOutput: Array(id.utf8), standardError: [])
    }

    func remove(id: String, directory: String) async throws(ContainerFailure) {
        end(id, exitCode: 137, signal: SIGKILL)
        state.withLock { state in
            state.journal.append("remove \(id)")
            state.containers[id] = nil
        }
    }
}
