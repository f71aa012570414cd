// Written by hack/cri-messages from cri-v1.schema.json: change that, not this.

extension CRI {
    public protocol RuntimeService: Sendable {
        func version(_ request: VersionRequest) async throws(Failure) -> VersionResponse
        func runPodSandbox(_ request: RunPodSandboxRequest) async throws(Failure) -> RunPodSandboxResponse
        func stopPodSandbox(_ request: StopPodSandboxRequest) async throws(Failure) -> StopPodSandboxResponse
        func removePodSandbox(_ request: RemovePodSandboxRequest) async throws(Failure) -> RemovePodSandboxResponse
        func podSandboxStatus(_ request: PodSandboxStatusRequest) async throws(Failure) -> PodSandboxStatusResponse
        func listPodSandbox(_ request: ListPodSandboxRequest) async throws(Failure) -> ListPodSandboxResponse
        func streamPodSandboxes(_ request: StreamPodSandboxesRequest) async throws(Failure) -> Stream<StreamPodSandboxesResponse>
        func createContainer(_ request: CreateContainerRequest) async throws(Failure) -> CreateContainerResponse
        func startContainer(_ request: StartContainerRequest) async throws(Failure) -> StartContainerResponse
        func stopContainer(_ request: StopContainerRequest) async throws(Failure) -> StopContainerResponse
        func removeContainer(_ request: RemoveContainerRequest) async throws(Failure) -> RemoveContainerResponse
        func listContainers(_ request: ListContainersRequest) async throws(Failure) -> ListContainersResponse
        func streamContainers(_ request: StreamContainersRequest) async throws(Failure) -> Stream<StreamContainersResponse>
        func containerStatus(_ request: ContainerStatusRequest) async throws(Failure) -> ContainerStatusResponse
        func updateContainerResources(_ request: UpdateContainerResourcesRequest) async throws(Failure) -> UpdateContainerResourcesResponse
        func reopenContainerLog(_ request: ReopenContainerLogRequest) async throws(Failure) -> ReopenContainerLogResponse
        func execSync(_ request: ExecSyncRequest) async throws(Failure) -> ExecSyncResponse
        func exec(_ request: ExecRequest) async throws(Failure) -> ExecResponse
        func attach(_ request: AttachRequest) async throws(Failure) -> AttachResponse
        func portForward(_ request: PortForwardRequest) async throws(Failure) -> PortForwardResponse
        func containerStats(_ request: ContainerStatsRequest) async throws(Failure) -> ContainerStatsResponse
        func listContainerStats(_ request: ListContainerStatsRequest) async throws(Failure) -> ListContainerStatsResponse
        func streamContainerStats(_ request: StreamContainerStatsRequest) async throws(Failure) -> Stream<StreamContainerStatsResponse>
        func podSandboxStats(_ request: PodSandboxStatsRequest) async throws(Failure) -> PodSandboxStatsResponse
        func listPodSandboxStats(_ request: ListPodSandboxStatsRequest) async throws(Failure) -> ListPodSandboxStatsResponse
        func streamPodSandboxStats(_ request: StreamPodSandboxStatsRequest) async throws(Failure) -> Stream<StreamPodSandboxStatsResponse>
        func updateRuntimeConfig(_ request: UpdateRuntimeConfigRequest) async throws(Failure) -> UpdateRuntimeConfigResponse
        func status(_ request: StatusRequest) async throws(Failure) -> StatusResponse
        func checkpointContainer(_ request: CheckpointContainerRequest) async throws(Failure) -> CheckpointContainerResponse
        func checkpointPod(_ request: CheckpointPodRequest) async throws(Failure) -> CheckpointPodResponse
        func restorePod(_ request: RestorePodRequest) async throws(Failure) -> RestorePodResponse
        func getContainerEvents(_ request: GetEventsRequest) async throws(Failure) -> Stream<ContainerEventResponse>
        func listMetricDescriptors(_ request: ListMetricDescriptorsRequest) async throws(Failure) -> ListMetricDescriptorsResponse
        func listPodSandboxMetrics(_ request: ListPodSandboxMetricsRequest) async throws(Failure) -> ListPodSandboxMetricsResponse
        func streamPodSandboxMetrics(_ request: StreamPodSandboxMetricsRequest) async throws(Failure) -> Stream<StreamPodSandboxMetricsResponse>
        func runtimeConfig(_ request: RuntimeConfigRequest) async throws(Failure) -> RuntimeConfigResponse
        func updatePodSandboxResources(_ request: UpdatePodSandboxResourcesRequest) async throws(Failure) -> UpdatePodSandboxResourcesResponse
    }

    public protocol ImageService: Sendable {
        func listImages(_ request: ListImagesRequest) async throws(Failure) -> ListImagesResponse
        func streamImages(_ request: StreamImagesRequest) async throws(Failure) -> Stream<StreamImagesResponse>
        func imageStatus(_ request: ImageStatusRequest) async throws(Failure) -> ImageStatusResponse
        func pullImage(_ request: PullImageRequest) async throws(Failure) -> PullImageResponse
        func removeImage(_ request: RemoveImageRequest) async throws(Failure) -> RemoveImageResponse
        func imageFsInfo(_ request: ImageFsInfoRequest) async throws(Failure) -> ImageFsInfoResponse
    }

    /// Every method, in the order of the schema.
    public static let methods: [Method] = [
        .unary("RuntimeService.Version") {
            (services: any Services, request: VersionRequest) async throws(Failure) in
            try await services.version(request)
        },
        .unary("RuntimeService.RunPodSandbox") {
            (services: any Services, request: RunPodSandboxRequest) async throws(Failure) in
            try await services.runPodSandbox(request)
        },
        .unary("RuntimeService.StopPodSandbox") {
            (services: any Services, request: StopPodSandboxRequest) async throws(Failure) in
            try await services.stopPodSandbox(request)
        },
        .unary("RuntimeService.RemovePodSandbox") {
            (services: any Services, request: RemovePodSandboxRequest) async throws(Failure) in
            try await services.removePodSandbox(request)
        },
        .unary("RuntimeService.PodSandboxStatus") {
            (services: any Services, request: PodSandboxStatusRequest) async throws(Failure) in
            try await services.podSandboxStatus(request)
        },
        .unary("RuntimeService.ListPodSandbox") {
            (services: any Services, request: ListPodSandboxRequest) async throws(Failure) in
            try await services.listPodSandbox(request)
        },
        .stream("RuntimeService.StreamPodSandboxes") {
            (services: any Services, request: StreamPodSandboxesRequest) async throws(Failure) in
            try await services.streamPodSandboxes(request)
        },
        .unary("RuntimeService.CreateContainer") {
            (services: any Services, request: CreateContainerRequest) async throws(Failure) in
            try await services.createContainer(request)
        },
        .unary("RuntimeService.StartContainer") {
            (services: any Services, request: StartContainerRequest) async throws(Failure) in
            try await services.startContainer(request)
        },
        .unary("RuntimeService.StopContainer") {
            (services: any Services, request: StopContainerRequest) async throws(Failure) in
            try await services.stopContainer(request)
        },
        .unary("RuntimeService.RemoveContainer") {
            (services: any Services, request: RemoveContainerRequest) async throws(Failure) in
            try await services.removeContainer(request)
        },
        .unary("RuntimeService.ListContainers") {
            (services: any Services, request: ListContainersRequest) async throws(Failure) in
            try await services.listContainers(request)
        },
        .stream("RuntimeService.StreamContainers") {
            (services: any Services, request: StreamContainersRequest) async throws(Failure) in
            try await services.streamContainers(request)
        },
        .unary("RuntimeService.ContainerStatus") {
            (services: any Services, request: ContainerStatusRequest) async throws(Failure) in
            try await services.containerStatus(request)
        },
        .unary("RuntimeService.UpdateContainerResources") {
            (services: any Services, request: UpdateContainerResourcesRequest) async throws(Failure) in
            try await services.updateContainerResources(request)
        },
        .unary("RuntimeService.ReopenContainerLog") {
            (services: any Services, request: ReopenContainerLogRequest) async throws(Failure) in
            try await services.reopenContainerLog(request)
        },
        .unary("RuntimeService.ExecSync") {
            (services: any Services, request: ExecSyncRequest) async throws(Failure) in
            try await services.execSync(request)
        },
        .unary("RuntimeService.Exec") {
            (services: any Services, request: ExecRequest) async throws(Failure) in
            try await services.exec(request)
        },
        .unary("RuntimeService.Attach") {
            (services: any Services, request: AttachRequest) async throws(Failure) in
            try await services.attach(request)
        },
        .unary("RuntimeService.PortForward") {
            (services: any Services, request: PortForwardRequest) async throws(Failure) in
            try await services.portForward(request)
        },
        .unary("RuntimeService.ContainerStats") {
            (services: any Services, request: ContainerStatsRequest) async throws(Failure) in
            try await services.containerStats(request)
        },
        .unary("RuntimeService.ListContainerStats") {
            (services: any Services, request: ListContainerStatsRequest) async throws(Failure) in
            try await services.listContainerStats(request)
        },
        .stream("RuntimeService.StreamContainerStats") {
            (services: any Services, request: StreamContainerStatsRequest) async throws(Failure) in
            try await services.streamContainerStats(request)
        },
        .unary("RuntimeService.PodSandboxStats") {
            (services: any Services, request: PodSandboxStatsRequest) async throws(Failure) in
            try await services.podSandboxStats(request)
        },
        .unary("RuntimeService.ListPodSandboxStats") {
            (services: any Services, request: ListPodSandboxStatsRequest) async throws(Failure) in
            try await services.listPodSandboxStats(request)
        },
        .stream("RuntimeService.StreamPodSandboxStats") {
            (services: any Services, request: StreamPodSandboxStatsRequest) async throws(Failure) in
            try await services.streamPodSandboxStats(request)
        },
        .unary("RuntimeService.UpdateRuntimeConfig") {
            (services: any Services, request: UpdateRuntimeConfigRequest) async throws(Failure) in
            try await services.updateRuntimeConfig(request)
        },
        .unary("RuntimeService.Status") {
            (services: any Services, request: StatusRequest) async throws(Failure) in
            try await services.status(request)
        },
        .unary("RuntimeService.CheckpointContainer") {
            (services: any Services, request: CheckpointContainerRequest) async throws(Failure) in
            try await services.checkpointContainer(request)
        },
        .unary("RuntimeService.CheckpointPod") {
            (services: any Services, request: CheckpointPodRequest) async throws(Failure) in
            try await services.checkpointPod(request)
        },
        .unary("RuntimeService.RestorePod") {
            (services: any Services, request: RestorePodRequest) async throws(Failure) in
            try await services.restorePod(request)
        },
        .stream("RuntimeService.GetContainerEvents") {
            (services: any Services, request: GetEventsRequest) async throws(Failure) in
            try await services.getContainerEvents(request)
        },
        .unary("RuntimeService.ListMetricDescriptors") {
            (services: any Services, request: ListMetricDescriptorsRequest) async throws(Failure) in
            try await services.listMetricDescriptors(request)
        },
        .unary("RuntimeService.ListPodSandboxMetrics") {
            (services: any Services, request: ListPodSandboxMetricsRequest) async throws(Failure) in
            try await services.listPodSandboxMetrics(request)
        },
        .stream("RuntimeService.StreamPodSandboxMetrics") {
            (services: any Services, request: StreamPodSandboxMetricsRequest) async throws(Failure) in
            try await services.streamPodSandboxMetrics(request)
        },
        .unary("RuntimeService.RuntimeConfig") {
            (services: any Services, request: RuntimeConfigRequest) async throws(Failure) in
            try await services.runtimeConfig(request)
        },
        .unary("RuntimeService.UpdatePodSandboxResources") {
            (services: any Services, request: UpdatePodSandboxResourcesRequest) async throws(Failure) in
            try await services.updatePodSandboxResources(request)
        },
        .unary("ImageService.ListImages") {
            (services: any Services, request: ListImagesRequest) async throws(Failure) in
            try await services.listImages(request)
        },
        .stream("ImageService.StreamImages") {
            (services: any Services, request: StreamImagesRequest) async throws(Failure) in
            try await services.streamImages(request)
        },
        .unary("ImageService.ImageStatus") {
            (services: any Services, request: ImageStatusRequest) async throws(Failure) in
            try await services.imageStatus(request)
        },
        .unary("ImageService.PullImage") {
            (services: any Services, request: PullImageRequest) async throws(Failure) in
            try await services.pullImage(request)
        },
        .unary("ImageService.RemoveImage") {
            (services: any Services, request: RemoveImageRequest) async throws(Failure) in
            try await services.removeImage(request)
        },
        .unary("ImageService.ImageFsInfo") {
            (services: any Services, request: ImageFsInfoRequest) async throws(Failure) in
            try await services.imageFsInfo(request)
        },
    ]
}
