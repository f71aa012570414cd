import CRISpec
import Linux
import PodEngine

/// What is done to containers that run.
extension SandboxService {
    /// Bytes of each output stream. The answer is one message; what would be cut off is an error.
    private static let outputLimit = 8 << 20

    public func execSync(_ request: CRI.ExecSyncRequest) async throws(CRI.Failure) -> CRI.ExecSyncResponse {
        guard request.timeout >= 0 else { throw .invalid("timeout is negative") }
        guard let program = request.cmd.first, !program.isEmpty else { throw .invalid("cmd: no command is named") }
        let id = try runningContainer(request.containerId).id
        let result: ContainerExecResult
        do throws(ContainerFailure) {
            result = try await rooms.pods.containers.exec(
                id: id,
                ContainerExecRequest(
                    command: request.cmd,
                    outputLimit: Self.outputLimit,
                    timeout: request.timeout > 0 ? .seconds(min(request.timeout, 1 << 31)) : nil
                )
            )
        } catch {
            if Task.isCancelled { throw CRIFailure(.canceled, "the call was cancelled") }
            throw CRIFailure(error)
        }
        if result.timedOut {
            throw CRIFailure(.deadlineExceeded, "failed to exec in container: timeout \(request.timeout)s exceeded: context deadline exceeded")
        }
        if result.truncated {
            throw CRIFailure(.resourceExhausted, "the command wrote more than \(Self.outputLimit) bytes: use Exec")
        }
        var response = CRI.ExecSyncResponse()
        response.exitCode = result.exitCode
        response.stdout = ProtoBytes(result.standardOutput)
        response.stderr = ProtoBytes(result.standardError)
        return response
    }

    public func updateContainerResources(
        _ request: CRI.UpdateContainerResourcesRequest
    ) async throws(CRI.Failure) -> CRI.UpdateContainerResourcesResponse {
        guard request.windows == nil else { throw .invalid("windows: this machine runs Linux") }
        let id = try container(request.containerId).id
        try await turns.run(of: id) { () async throws(CRIFailure) in
            var container = try container(id)
            guard let change = request.linux else { return }
            var linux = container.config.linux ?? CRI.LinuxContainerConfig()
            linux.resources = (linux.resources ?? CRI.LinuxContainerResources()).changed(by: change)
            container.config.linux = linux
            container.config.annotations.merge(request.annotations) { $1 }
            container.record.config = container.config.node
            switch container.record.state {
            case .exited:
                throw CRIFailure(.failedPrecondition, "container \"\(id)\" has ended")
            case .created:
                try await rebuild(container)
            case .starting, .running:
                let limits = try change.limits()
                do throws(SandboxFailure) {
                    try await rooms.pods.cgroups.update(containerPath: container.record.cgroup, resources: limits)
                } catch { throw CRIFailure(error) }
            }
            try await save(container)
        }
        return CRI.UpdateContainerResourcesResponse()
    }

    /// Of a container that has not been started: it starts with what it has now.
    private func rebuild(_ container: SandboxContainer) async throws(CRIFailure) {
        let sandbox = try sandbox(container.record.sandboxID)
        let image: PodImage?
        do throws(ImageFailure) { image = try await rooms.pods.images.image(named: container.record.image.id) } catch {
            throw CRIFailure(error)
        }
        guard let image else {
            throw CRIFailure(.notFound, "the image of container \"\(container.id)\" is not there any more")
        }
        _ = try await ContainerPreparer(service: self, sandbox: sandbox, place: place(of: container)).prepare(container, image)
    }

    public func updatePodSandboxResources(
        _ request: CRI.UpdatePodSandboxResourcesRequest
    ) async throws(CRI.Failure) -> CRI.UpdatePodSandboxResourcesResponse {
        let id = try sandbox(request.podSandboxId).id
        try await turns.run(of: id) { () async throws(CRIFailure) in
            let sandbox = try sandbox(id)
            guard sandbox.isReady else { throw CRIFailure(.failedPrecondition, "sandbox \"\(id)\" is not ready") }
            var config = sandbox.config
            var linux = config.linux ?? CRI.LinuxPodSandboxConfig()
            if let resources = request.resources { linux.resources = (linux.resources ?? .init()).changed(by: resources) }
            if let overhead = request.overhead { linux.overhead = (linux.overhead ?? .init()).changed(by: overhead) }
            config.linux = linux
            do {
                if linux.cgroupParent.isEmpty {
                    try await rooms.pods.cgroups.update(podUID: id, limits: try config.cgroupLimits(containers: 0))
                } else if let resources = request.resources {
                    // The cgroup is the caller's, who wants it changed.
                    try await rooms.pods.cgroups.update(
                        containerPath: Self.cgroupPath(linux.cgroupParent),
                        resources: try resources.limits()
                    )
                }
            } catch { throw CRIFailure(unexpected: error) }
            var record = sandbox.record
            record.config = config.node
            try await save(Sandbox(record: record, config: config, initPid: sandbox.initPid))
        }
        return CRI.UpdatePodSandboxResourcesResponse()
    }

    public func reopenContainerLog(
        _ request: CRI.ReopenContainerLogRequest
    ) async throws(CRI.Failure) -> CRI.ReopenContainerLogResponse {
        let container = try runningContainer(request.containerId)
        do throws(ContainerFailure) { try await rooms.logs.reopenLog(id: container.id, path: container.record.logPath) } catch {
            throw CRIFailure(error)
        }
        return CRI.ReopenContainerLogResponse()
    }

    // MARK: Streams

    public func exec(_ request: CRI.ExecRequest) async throws(CRI.Failure) -> CRI.ExecResponse {
        let container = try runningContainer(request.containerId)
        guard let program = request.cmd.first, !program.isEmpty else { throw .invalid("cmd: no command is named") }
        let streams = StreamRequest.Streams(stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, tty: request.tty)
        try check(streams)
        var response = CRI.ExecResponse()
        response.url = try await url(.exec(container: container.id, command: request.cmd, streams))
        return response
    }

    public func attach(_ request: CRI.AttachRequest) async throws(CRI.Failure) -> CRI.AttachResponse {
        let container = try runningContainer(request.containerId)
        var streams = StreamRequest.Streams(stdin: request.stdin, stdout: request.stdout, stderr: request.stderr, tty: request.tty)
        try check(streams)
        // A container without standard input reads nothing, whoever writes.
        streams.stdin = streams.stdin && container.config.stdin
        guard request.tty == container.config.tty else {
            throw .invalid("tty: container \"\(container.id)\" has \(container.config.tty ? "one" : "none")")
        }
        var response = CRI.AttachResponse()
        response.url = try await url(.attach(container: container.id, streams))
        return response
    }

    public func portForward(_ request: CRI.PortForwardRequest) async throws(CRI.Failure) -> CRI.PortForwardResponse {
        let sandbox = try sandbox(request.podSandboxId)
        guard sandbox.isReady else { throw CRIFailure(.failedPrecondition, "sandbox \"\(sandbox.id)\" is not ready") }
        var ports: [UInt16] = []
        for port in request.port {
            guard let number = UInt16(exactly: port), number > 0 else { throw .invalid("port: \(port) is none") }
            ports.append(number)
        }
        let namespace = sandbox.options.network == .node ? nil : paths(sandbox.id).pinned(.network)
        var response = CRI.PortForwardResponse()
        response.url = try await url(.portForward(sandbox: sandbox.id, namespace: namespace, ports: ports))
        return response
    }

    /// CRI's own rules.
    private func check(_ streams: StreamRequest.Streams) throws(CRIFailure) {
        guard streams.stdin || streams.stdout || streams.stderr else { throw .invalid("one of stdin, stdout and stderr must be set") }
        guard !streams.tty || !streams.stderr else { throw .invalid("tty and stderr cannot both be set") }
    }

    private func url(_ request: StreamRequest) async throws(CRIFailure) -> String {
        guard let tokens = rooms.streams else { throw CRIFailure(.unavailable, "this agent serves no streams") }
        return try await tokens.makeURL(for: request)
    }
}
