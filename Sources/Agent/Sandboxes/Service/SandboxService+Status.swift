import CRISpec
import Glibc
import JSONCoding
import Linux
import OCISpec
import PodEngine

extension SandboxService {
    // MARK: Sandboxes

    public func podSandboxStatus(_ request: CRI.PodSandboxStatusRequest) async throws(CRI.Failure) -> CRI.PodSandboxStatusResponse {
        var response = CRI.PodSandboxStatusResponse()
        response.timestamp = now
        if store.sandbox(request.podSandboxId) == nil, let pod = filePod(request.podSandboxId) {
            response.status = pod.status
            response.containersStatuses = pod.containers.map { pod.status(of: $0) }
            return response
        }
        let sandbox = try sandbox(request.podSandboxId)
        response.status = status(of: sandbox)
        response.containersStatuses = store.containers(of: sandbox.id).map(status)
        if request.verbose { response.info = ["info": info(of: sandbox)] }
        return response
    }

    func status(of sandbox: Sandbox) -> CRI.PodSandboxStatus {
        var status = CRI.PodSandboxStatus()
        status.id = sandbox.id
        status.metadata = sandbox.config.metadata
        status.state = sandbox.isReady ? .sandboxReady : .sandboxNotready
        status.createdAt = sandbox.record.createdAt
        status.labels = sandbox.config.labels
        status.annotations = sandbox.config.annotations
        status.runtimeHandler = sandbox.record.runtimeHandler
        var network = CRI.PodSandboxNetworkStatus()
        if sandbox.isReady {
            network.ip = sandbox.record.addresses.first ?? ""
            network.additionalIps = sandbox.record.addresses.dropFirst().map { address in
                var ip = CRI.PodIP()
                ip.ip = address
                return ip
            }
        }
        status.network = network
        var namespaces = CRI.Namespace()
        namespaces.options = sandbox.options
        var linux = CRI.LinuxPodSandboxStatus()
        linux.namespaces = namespaces
        status.linux = linux
        return status
    }

    /// What `crictl inspectp` shows beside the status.
    private func info(of sandbox: Sandbox) -> String {
        let paths = paths(sandbox.id)
        var members: [JSONNode.Member] = [
            .init(key: "pid", value: JSONNode(Int64(sandbox.initPid ?? 0))),
            .init(key: "processStatus", value: sandbox.isReady ? "running" : "deleted"),
            .init(key: "netNamespaceClosed", value: JSONNode(!sandbox.isReady)),
            .init(key: "runtimeHandler", value: JSONNode(sandbox.record.runtimeHandler)),
            .init(key: "config", value: sandbox.config.node),
        ]
        if sandbox.isReady, sandbox.options.network != .node {
            members.append(.init(key: "netNamespace", value: JSONNode(paths.pinned(.network))))
        }
        return String(decoding: JSON.serialize(JSONNode(.object(members))), as: UTF8.self)
    }

    // MARK: Containers

    public func containerStatus(_ request: CRI.ContainerStatusRequest) async throws(CRI.Failure) -> CRI.ContainerStatusResponse {
        var response = CRI.ContainerStatusResponse()
        if store.container(request.containerId) == nil, let pod = filePod(container: request.containerId),
            let container = pod.container(request.containerId)
        {
            response.status = pod.status(of: container)
            return response
        }
        let container = try container(request.containerId)
        response.status = status(container)
        if request.verbose { response.info = ["info": try info(of: container)] }
        return response
    }

    func status(_ container: SandboxContainer) -> CRI.ContainerStatus {
        let (record, config) = (container.record, container.config)
        var status = CRI.ContainerStatus()
        status.id = record.id
        status.metadata = config.metadata
        status.state = container.state
        status.createdAt = record.createdAt
        status.image = config.image
        status.imageRef = record.image.reference
        status.imageId = record.image.id
        status.labels = config.labels
        status.annotations = config.annotations
        status.mounts = config.mounts
        status.logPath = record.logPath
        switch record.state {
        case .created, .starting: break
        case .running(let startedAt): status.startedAt = startedAt
        case .exited(let end):
            status.startedAt = end.startedAt
            status.finishedAt = end.finishedAt
            status.exitCode = end.exitCode
            status.reason = end.reason
            status.message = end.message
        }
        var resources = CRI.ContainerResources()
        resources.linux = config.linux?.resources ?? CRI.LinuxContainerResources()
        status.resources = resources
        var user = CRI.LinuxContainerUser()
        user.uid = Int64(record.user.uid)
        user.gid = Int64(record.user.gid)
        user.supplementalGroups = record.user.groups.map { Int64($0) }
        var users = CRI.ContainerUser()
        users.linux = user
        status.user = users
        status.stopSignal =
            config.stopSignal != .signalRuntimeDefault
            ? config.stopSignal : record.image.stopSignal.map { CRI.Signal(stopSignal: $0) } ?? .signalSigterm
        return status
    }

    /// What `crictl inspect` shows beside the status. Variables may hold secrets, and whoever only reads may ask: their names are shown.
    private func info(of container: SandboxContainer) throws(CRIFailure) -> String {
        var config = container.config
        for index in config.envs.indices { config.envs[index].value = ProtoBytes([]) }
        var members: [JSONNode.Member] = [
            .init(key: "sandboxID", value: JSONNode(container.record.sandboxID)),
            .init(key: "pid", value: JSONNode(Int64(container.pid ?? 0))),
            .init(key: "removing", value: false),
            .init(key: "config", value: config.node),
        ]
        do {
            let bytes = try FileSystem.read("\(place(of: container).bundle)/config.json", limit: 16 << 20)
            var spec = try JSON.decode(RuntimeSpec.self, from: bytes)
            let names = spec.process?.env?.map { "\($0.prefix { $0 != "=" })=" }
            spec.process?.env = names
            members.append(.init(key: "runtimeSpec", value: try JSON.node(from: spec)))
        } catch let error as SystemError where error.errno == ENOENT {
            // A reboot has taken it.
        } catch { throw CRIFailure(unexpected: error) }
        return String(decoding: JSON.serialize(JSONNode(.object(members))), as: UTF8.self)
    }
}
