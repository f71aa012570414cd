import AgentAPI
import AgentServer
import Glibc
import Linux
import OCISpec
import PodEngine

/// Streams: the container is found now, and used when the client comes.
extension AgentBackend {
    func openExec(_ request: PodExecStreamRequest) async throws(Fault) -> any StreamSession {
        let container = try await running(request.namespace, request.name, request.container)
        var command = ContainerCommand(arguments: request.command)
        command.hasInput = request.stdin == true
        command.hasTerminal = request.tty == true
        command.size = request.size.map { RuntimeSpec.Process.ConsoleSize(height: UInt64($0.height), width: UInt64($0.width)) }
        let (containers, wanted) = (containers, command)
        return ExecStreamSession { () async throws(ContainerFailure) in
            try await containers.open(id: container.id, wanted)
        }
    }

    func openAttach(_ request: PodAttachRequest) async throws(Fault) -> any StreamSession {
        let container = try await running(request.namespace, request.name, request.container)
        let snapshot = try find(request.namespace, request.name)
        if request.stdin == true, snapshot.pod.spec.container(named: container.name)?.stdin != true {
            throw Fault(
                .failedPrecondition,
                "container \"\(container.name)\" of pod \"\(snapshot.key)\" has no standard input",
                reason: "StdinNotOpen",
                hint: "its manifest must say `stdin: true`"
            )
        }
        let containers = containers
        return AttachSession(containers: containers, id: container.id, hasInput: request.stdin == true) {
            // The process itself is asked: the engine hears of its end later than its monitor's clients.
            (try? containers.client.signal(id: container.id, 0)) != nil
        }
    }

    func openPortForward(_ request: PodPortForwardRequest) async throws(Fault) -> any StreamSession {
        guard request.ports.count <= 100 else {
            throw Fault(.invalidParameters, "$.ports: 100 ports at most, not \(request.ports.count)")
        }
        await engine.store.waitUntilSynced()
        let snapshot = try find(request.namespace, request.name)
        let ports = request.ports.map { UInt16(clamping: $0) }
        // The pod's own network is there from before its first container to after its last.
        let paths = PodPaths(uid: snapshot.pod.metadata.uid, key: snapshot.key, in: directories)
        let network = paths.pinned(.network)
        if FileSystem.exists(network) {
            return PortForwardSession(ports: ports) { () throws(ContainerFailure) in
                do throws(SystemError) { return try Descriptor.open(network, O_RDONLY) } catch {
                    throw ContainerFailure(.notRunning, "the pod's network: \(error)")
                }
            }
        }
        guard let container = snapshot.containers.first(where: { $0.pid != nil }) else {
            throw Fault(
                .failedPrecondition,
                "pod \"\(snapshot.key)\" has no network, and none of its containers is running",
                reason: "PodNotRunning"
            )
        }
        let containers = containers
        return PortForwardSession(ports: ports) { () throws(ContainerFailure) in
            try containers.network(of: container.id)
        }
    }

    func openCopyIn(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession {
        let container = try await running(request)
        let spec: RuntimeSpec
        do throws(ContainerFailure) { spec = try containers.spec(of: container.id) } catch { throw Fault(error) }
        return copy(.inwards(FileOwner(spec)), request, container)
    }

    func openCopyOut(_ request: PodCopyRequest) async throws(Fault) -> any StreamSession {
        copy(.outwards, request, try await running(request))
    }

    private func copy(
        _ direction: CopySession.Direction,
        _ request: PodCopyRequest,
        _ container: ContainerSnapshot
    ) -> CopySession {
        let containers = containers
        return CopySession(direction: direction, path: request.path) { () throws(ContainerFailure) in
            try containers.root(of: container.id)
        }
    }

    private func running(_ request: PodCopyRequest) async throws(Fault) -> ContainerSnapshot {
        guard request.path.hasPrefix("/") else {
            throw Fault(.invalidParameters, "$.path: \"\(request.path)\" is not absolute")
        }
        return try await running(request.namespace, request.name, request.container)
    }

    /// A running container of a pod.
    private func running(
        _ namespace: String?,
        _ name: String,
        _ container: String?
    ) async throws(Fault) -> ContainerSnapshot {
        await engine.store.waitUntilSynced()
        let snapshot = try find(namespace, name)
        let found = try snapshot.container(named: container)
        guard found.pid != nil else {
            throw Fault(
                .failedPrecondition,
                "container \"\(found.name)\" of pod \"\(snapshot.key)\" is not running",
                reason: "ContainerNotRunning"
            )
        }
        return found
    }
}
