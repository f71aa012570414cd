import CRISpec
import JSONCoding

/// The methods of CRI v1 in the table, under their own names.
extension AgentMethods {
    public static let cri: [MethodDescription] = CRI.methods.map { method in
        let result = Schema.message(MessageSchema(method.response))
        return MethodDescription(
            name: method.name,
            summary: criSummaries[method.name] ?? "CRI v1.",
            role: criReading.contains(method.name) ? .read : .admin,
            faults: [
                .invalid, .notFound, .alreadyExists, .failedPrecondition, .resourceExhausted, .timeout, .unavailable,
                .unsupported, .internalError,
            ],
            schemas: .init(
                parameters: .message(MessageSchema(method.request)),
                result: method.isStreaming ? SubscriptionStarted.schema : result,
                event: method.isStreaming ? result : nil,
                progress: nil
            )
        )
    }

    /// What changes nothing.
    private static let criReading: Set<String> = [
        "RuntimeService.Version", "RuntimeService.PodSandboxStatus", "RuntimeService.ListPodSandbox",
        "RuntimeService.StreamPodSandboxes", "RuntimeService.ListContainers", "RuntimeService.StreamContainers",
        "RuntimeService.ContainerStatus", "RuntimeService.ContainerStats", "RuntimeService.ListContainerStats",
        "RuntimeService.StreamContainerStats", "RuntimeService.PodSandboxStats", "RuntimeService.ListPodSandboxStats",
        "RuntimeService.StreamPodSandboxStats", "RuntimeService.Status", "RuntimeService.GetContainerEvents",
        "RuntimeService.ListMetricDescriptors", "RuntimeService.ListPodSandboxMetrics",
        "RuntimeService.StreamPodSandboxMetrics", "RuntimeService.RuntimeConfig", "ImageService.ListImages",
        "ImageService.StreamImages", "ImageService.ImageStatus", "ImageService.ImageFsInfo",
    ]

    private static let criSummaries: [String: String] = [
        "RuntimeService.Version": "Tells the runtime's name and version.",
        "RuntimeService.RunPodSandbox": "Makes a sandbox; it is ready when the call returns.",
        "RuntimeService.StopPodSandbox": "Ends everything in a sandbox and gives its network back; may be repeated.",
        "RuntimeService.RemovePodSandbox": "Removes a sandbox with its containers, which are killed; may be repeated.",
        "RuntimeService.PodSandboxStatus": "Tells all about one sandbox.",
        "RuntimeService.ListPodSandbox": "Lists sandboxes; the parts of the filter combine.",
        "RuntimeService.StreamPodSandboxes": "Lists sandboxes as a subscription, which ends with the last.",
        "RuntimeService.CreateContainer": "Makes a container in a sandbox; it does not run yet.",
        "RuntimeService.StartContainer": "Starts a container that was made.",
        "RuntimeService.StopContainer": "Ends a container, after its grace period by SIGKILL; may be repeated.",
        "RuntimeService.RemoveContainer": "Removes a container, which is killed; may be repeated.",
        "RuntimeService.ListContainers": "Lists containers; the parts of the filter combine.",
        "RuntimeService.StreamContainers": "Lists containers as a subscription, which ends with the last.",
        "RuntimeService.ContainerStatus": "Tells all about one container.",
        "RuntimeService.UpdateContainerResources": "Changes a container's limits at once.",
        "RuntimeService.ReopenContainerLog": "Has a container's log go on in a new file.",
        "RuntimeService.ExecSync": "Runs a command in a container and collects what it writes.",
        "RuntimeService.Exec": "Prepares a command in a container; answers the URL of its streams.",
        "RuntimeService.Attach": "Prepares to attach to a container; answers the URL of its streams.",
        "RuntimeService.PortForward": "Prepares connections into a sandbox; answers the URL of their streams.",
        "RuntimeService.ContainerStats": "Tells what one container uses.",
        "RuntimeService.ListContainerStats": "Tells what containers use.",
        "RuntimeService.StreamContainerStats": "Tells what containers use as a subscription, which ends with the last.",
        "RuntimeService.PodSandboxStats": "Tells what one sandbox uses.",
        "RuntimeService.ListPodSandboxStats": "Tells what sandboxes use.",
        "RuntimeService.StreamPodSandboxStats": "Tells what sandboxes use as a subscription, which ends with the last.",
        "RuntimeService.UpdateRuntimeConfig": "Takes note of the network that pods have addresses of.",
        "RuntimeService.Status": "Tells whether sandboxes can be made, and what the runtime can do.",
        "RuntimeService.CheckpointContainer": "Writes a running container's state to a file.",
        "RuntimeService.CheckpointPod": "Writes the state of a sandbox's containers to a file.",
        "RuntimeService.RestorePod": "Makes a sandbox of a file that CheckpointPod wrote.",
        "RuntimeService.GetContainerEvents": "Subscribes to what happens to containers.",
        "RuntimeService.ListMetricDescriptors": "Describes the metrics of sandboxes.",
        "RuntimeService.ListPodSandboxMetrics": "Lists the metrics of sandboxes and their containers.",
        "RuntimeService.StreamPodSandboxMetrics": "Lists metrics as a subscription, which ends with the last.",
        "RuntimeService.RuntimeConfig": "Tells which cgroup driver is in use.",
        "RuntimeService.UpdatePodSandboxResources": "Changes a sandbox's limits at once.",
        "ImageService.ListImages": "Lists the images in the store.",
        "ImageService.StreamImages": "Lists images as a subscription, which ends with the last.",
        "ImageService.ImageStatus": "Tells all about one image; nothing where it is not in the store.",
        "ImageService.PullImage": "Pulls an image from its registry, with the credentials of the call.",
        "ImageService.RemoveImage": "Removes an image; may be repeated.",
        "ImageService.ImageFsInfo": "Tells what images take up.",
    ]
}

/// The parameters of a method of CRI as they came: the message's own codec reads them.
public struct CRICall: APIValue {
    public var node: JSONNode

    public init(_ node: JSONNode) { self.node = node }

    public init(from decoder: any Decoder) throws { node = try JSONNode(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try node.encode(to: encoder) }

    public static let schema = Schema.object([])
}

extension Method where Request == CRICall {
    /// A method of CRI, by its row of the table.
    public init(cri description: MethodDescription) { self.init(description: description) }
}
