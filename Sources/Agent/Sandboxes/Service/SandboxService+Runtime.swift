import CRISpec
import JSONCoding
import PodEngine

extension SandboxService: CRI.RuntimeService, CRI.ImageService {
    public func version(_ request: CRI.VersionRequest) async throws(CRI.Failure) -> CRI.VersionResponse {
        var response = CRI.VersionResponse()
        // Of the kubelet's runtime API, which has been that for ever.
        response.version = "0.1.0"
        response.runtimeName = "swiftlet"
        response.runtimeVersion = configuration.runtimeVersion
        response.runtimeApiVersion = "v1"
        return response
    }

    public func status(_ request: CRI.StatusRequest) async throws(CRI.Failure) -> CRI.StatusResponse {
        var response = CRI.StatusResponse()
        var runtime = CRI.RuntimeCondition()
        runtime.type = "RuntimeReady"
        runtime.status = true
        var network = CRI.RuntimeCondition()
        network.type = "NetworkReady"
        network.status = true
        if let problem = await rooms.network?.problem() {
            network.status = false
            network.reason = "NetworkNotReady"
            network.message = problem
        }
        var status = CRI.RuntimeStatus()
        status.conditions = [runtime, network]
        response.status = status
        let kernel = (configuration.node.kernelMajor, configuration.node.kernelMinor)
        response.runtimeHandlers = ([""] + handlers).map { name in
            var handler = CRI.RuntimeHandler()
            handler.name = name
            var features = CRI.RuntimeHandlerFeatures()
            // mount_setattr(2), and overlays of mapped layers.
            features.recursiveReadOnlyMounts = kernel >= (5, 12)
            features.userNamespaces = kernel >= (5, 19) && configuration.runtimes[name] == nil
            handler.features = features
            return handler
        }
        var features = CRI.RuntimeFeatures()
        features.supplementalGroupsPolicy = true
        features.mountOptions = true
        response.features = features
        if request.verbose { response.info = ["config": runtimeInfo] }
        return response
    }

    private var runtimeInfo: String {
        let directories = configuration.directories
        let node: JSONNode = [
            "stateDir": JSONNode(directories.state), "runDir": JSONNode(directories.run),
            "cgroupDriver": JSONNode(configuration.usesSystemd ? "systemd" : "cgroupfs"),
            "podCIDR": JSONNode(podCIDR.withLock { $0 }),
        ]
        return String(decoding: JSON.serialize(node), as: UTF8.self)
    }

    public func runtimeConfig(_ request: CRI.RuntimeConfigRequest) async throws(CRI.Failure) -> CRI.RuntimeConfigResponse {
        var linux = CRI.LinuxRuntimeConfiguration()
        linux.cgroupDriver = configuration.usesSystemd ? .systemd : .cgroupfs
        var response = CRI.RuntimeConfigResponse()
        response.linux = linux
        return response
    }

    /// The pod's network is this machine's own (`netconf`): the range is noted and shown, as containerd does without a template.
    public func updateRuntimeConfig(
        _ request: CRI.UpdateRuntimeConfigRequest
    ) async throws(CRI.Failure) -> CRI.UpdateRuntimeConfigResponse {
        let range = request.runtimeConfig?.networkConfig?.podCidr ?? ""
        if !range.isEmpty { podCIDR.withLock { $0 = range } }
        return CRI.UpdateRuntimeConfigResponse()
    }

    // MARK: Checkpoints

    public func checkpointContainer(
        _ request: CRI.CheckpointContainerRequest
    ) async throws(CRI.Failure) -> CRI.CheckpointContainerResponse {
        let container = try runningContainer(request.containerId)
        let sandbox = try sandbox(container.record.sandboxID)
        guard let checkpoints = rooms.checkpoints else { throw CRI.Failure(.unimplemented, "this agent makes no checkpoints") }
        if configuration.runtimes[sandbox.record.runtimeHandler] != nil {
            throw CRI.Failure(
                .failedPrecondition,
                "container \"\(container.id)\" is run by \"\(sandbox.record.runtimeHandler)\": only swiftlet-runtime's can be written down"
            )
        }
        guard request.location.hasPrefix("/"), !request.location.hasSuffix("/"), !request.location.utf8.contains(0) else {
            throw .invalid("location: the absolute path of the archive is needed, not \"\(request.location)\"")
        }
        guard request.timeout >= 0 else { throw .invalid("timeout: must not be negative") }
        try await checkpoints.checkpoint(
            CheckpointRequest(
                id: container.id,
                specification: "\(place(of: container).bundle)/config.json",
                location: request.location,
                timeout: request.timeout > 0 ? .seconds(request.timeout) : nil
            )
        )
        return CRI.CheckpointContainerResponse()
    }

    public func checkpointPod(_ request: CRI.CheckpointPodRequest) async throws(CRI.Failure) -> CRI.CheckpointPodResponse {
        _ = try sandbox(request.podSandboxId)
        throw Self.noPodCheckpoints
    }

    public func restorePod(_ request: CRI.RestorePodRequest) async throws(CRI.Failure) -> CRI.RestorePodResponse {
        throw Self.noPodCheckpoints
    }

    /// criu writes processes down, and a sandbox has none of its own: its namespaces, addresses and ports could not be made again.
    private static let noPodCheckpoints = CRI.Failure(
        .unimplemented,
        "a pod as a whole is not written down or restored: only its containers are, by CheckpointContainer"
    )
}
