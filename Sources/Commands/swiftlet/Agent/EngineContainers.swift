import Glibc
import JSONCoding
import Linux
import OCISpec
import PodEngine
import Synchronization

/// The engine's containers, run by `MonitorClient`.
final class EngineContainers: ContainerRunning {
    let client: Monitors
    private let cgroups: EngineCgroups
    private let writesJournal: @Sendable () -> Bool
    /// Where the bundles of running containers are, for `exec`.
    private let bundles = Mutex<[String: String]>([:])

    /// - Parameter writesJournal: whether output of the next container goes to the journal beside the log.
    init(client: Monitors, cgroups: EngineCgroups, writesJournal: @escaping @Sendable () -> Bool) {
        self.client = client
        self.writesJournal = writesJournal
        self.cgroups = cgroups
    }

    func start(_ launch: ContainerLaunch) async throws(ContainerFailure) -> RunningContainer {
        var wanted = MonitorLaunch(
            id: launch.id,
            name: launch.name,
            bundle: launch.bundle,
            directory: launch.directory,
            logPath: launch.logPath
        )
        wanted.logSizeLimit = launch.logSizeLimit.map(Int.init)
        wanted.keptLogs = launch.logKeptFiles
        wanted.compressesLogs = launch.compressesLog
        wanted.logBlockLimit = launch.logBlockLimit
        wanted.runtime = launch.runtime
        wanted.opensInput = launch.opensInput
        wanted.endsInputWithClient = launch.endsInputWithClient
        wanted.hasTerminal = launch.hasTerminal
        if writesJournal(), let pod = launch.pod { wanted.journal = .init(pod, container: launch.name) }
        let placement = cgroups.placement(containerPath: launch.cgroup)
        wanted.monitorCgroup = placement.cgroup
        do throws(MonitorFailure) {
            let process = try await client.start(wanted, placing: placement.prepare)
            bundles.withLock { $0[launch.id] = launch.bundle }
            return RunningContainer(process)
        } catch {
            throw ContainerFailure(error)
        }
    }

    func adopt(id: String, directory: String) async throws(ContainerFailure) -> AdoptedContainer {
        // The engine lays a container's bundle into its run directory.
        bundles.withLock { $0[id] = "\(directory)/bundle" }
        do throws(MonitorFailure) {
            return switch try await client.adopt(id: id, directory: directory) {
            case .running(let process): .running(RunningContainer(process))
            case .exited(let exit): .exited(ContainerExit(exit))
            case .lost: .lost
            case .neverStarted: .neverStarted
            }
        } catch {
            throw ContainerFailure(error)
        }
    }

    func waitForExit(id: String) async throws(ContainerFailure) -> ContainerExit {
        do throws(MonitorFailure) {
            return ContainerExit(try await client.waitForEnd(id: id))
        } catch {
            throw ContainerFailure(error)
        }
    }

    func signal(id: String, _ signal: Int32) async throws(ContainerFailure) {
        do throws(MonitorFailure) { try client.signal(id: id, signal) } catch { throw ContainerFailure(error) }
    }

    func isEnding(id: String) throws(ContainerFailure) -> Bool {
        do throws(MonitorFailure) { return try client.isEnding(id: id) } catch { throw ContainerFailure(error) }
    }

    /// The command runs as the container's own process does: its user, environment, capabilities and filter are read from
    /// the bundle that made it.
    func exec(id: String, _ request: ContainerExecRequest) async throws(ContainerFailure) -> ContainerExecResult {
        var process = try process(of: id)
        process.args = request.command
        process.terminal = nil
        var wanted = MonitoredExecRequest(process: process)
        if !request.input.isEmpty { wanted.input = request.input }
        wanted.outputLimit = request.outputLimit
        wanted.timeout = request.timeout
        do throws(MonitorFailure) {
            let result = try await client.exec(id: id, wanted)
            return ContainerExecResult(
                exitCode: result.exitCode,
                standardOutput: result.stdout,
                standardError: result.stderr,
                truncated: result.isTruncated,
                timedOut: result.timedOut
            )
        } catch {
            throw ContainerFailure(error)
        }
    }

    /// The container's own process as its bundle has it.
    func process(of id: String) throws(ContainerFailure) -> RuntimeSpec.Process {
        guard let own = try spec(of: id).process else { throw ContainerFailure(.other, "\(id): no process") }
        return own
    }

    /// The configuration of its bundle.
    func spec(of id: String) throws(ContainerFailure) -> RuntimeSpec {
        let bundle = try bundle(of: id)
        do { return try JSON.decode(RuntimeSpec.self, from: FileSystem.read("\(bundle)/config.json")) } catch {
            throw ContainerFailure(.other, "\(error)")
        }
    }

    /// Where the bundle is that made it.
    func bundle(of id: String) throws(ContainerFailure) -> String {
        guard let bundle = bundles.withLock({ $0[id] }) else {
            throw ContainerFailure(.notRunning, "container \(id) is not running")
        }
        return bundle
    }

    func remove(id: String, directory: String) async throws(ContainerFailure) {
        _ = bundles.withLock { $0.removeValue(forKey: id) }
        do throws(MonitorFailure) { try await client.remove(id: id, directory: directory) } catch {
            throw ContainerFailure(error)
        }
    }
}

extension MonitorLaunch.Journal {
    /// The fields under which the agent's own entries name the pod, so that one match of `journalctl` shows both.
    init(_ pod: ContainerLaunch.Pod, container: String) {
        self.init(
            tag: "\(pod.key.name)/\(container)",
            labels: [
                Label("POD_NAME", pod.key.name), Label("POD_NAMESPACE", pod.key.namespace), Label("POD_UID", pod.uid),
            ]
        )
    }
}

extension RunningContainer {
    init(_ process: MonitoredProcess) {
        self.init(pid: process.pid, startedAt: process.startedAt)
    }
}

extension ContainerExit {
    init(_ exit: MonitoredExit) {
        self.init(
            exitCode: exit.exitCode,
            signal: exit.signal,
            oomKilled: exit.oomKilled,
            startedAt: exit.startedAt,
            finishedAt: exit.finishedAt,
            error: exit.error
        )
    }
}

extension ContainerFailure {
    init(_ error: MonitorFailure) {
        switch error {
        // The runtime's words alone: whatever they are about, this attempt has failed, and the same failure of the next
        // attempt reads the same.
        case .startFailed(_, let reason): self.init(.start, reason)
        case .monitorFailed, .alreadyRunning, .badRecord: self.init(.create, error.description)
        case .unknownContainer, .notRunning: self.init(.notRunning, error.description)
        case .system(let cause) where cause.errno == ENOSPC || cause.errno == EDQUOT:
            self.init(.noSpace, error.description)
        case .execFailed(_, let reason): self.init(.start, reason)
        case .removeFailed, .system, .cancelled: self.init(.other, error.description)
        }
    }
}
