import CRISpec
import Linux
import PodEngine
import PodSpec

/// A pod of a file as CRI shows it: to be looked at, not to be changed.
struct FilePod: Sendable {
    let snapshot: PodSnapshot

    var id: String { snapshot.pod.metadata.uid }
    /// Those that have an instance.
    var containers: [ContainerSnapshot] { snapshot.containers }

    func container(_ id: String) -> ContainerSnapshot? { containers.first { $0.id == id } }

    private var labels: [String: String] {
        snapshot.pod.metadata.labels.merging([SandboxService.sourceLabel: "file"]) { $1 }
    }

    private var metadata: CRI.PodSandboxMetadata {
        var metadata = CRI.PodSandboxMetadata()
        metadata.name = snapshot.key.name
        metadata.namespace = snapshot.key.namespace
        metadata.uid = id
        return metadata
    }

    private var isReady: Bool {
        !snapshot.isTerminating && [.pending, .running].contains(snapshot.pod.status?.phase ?? .pending)
    }

    private var createdAt: Int64 { Self.time(snapshot.pod.status?.startTime) }

    private static func time(_ text: String?) -> Int64 {
        text.flatMap { Timestamp(rfc3339: $0) }?.nanosecondsSinceEpoch ?? 0
    }

    var sandbox: CRI.PodSandbox {
        var item = CRI.PodSandbox()
        item.id = id
        item.metadata = metadata
        item.state = isReady ? .sandboxReady : .sandboxNotready
        item.createdAt = createdAt
        item.labels = labels
        item.annotations = snapshot.pod.metadata.annotations
        return item
    }

    var status: CRI.PodSandboxStatus {
        let item = sandbox
        var status = CRI.PodSandboxStatus()
        status.id = item.id
        status.metadata = item.metadata
        status.state = item.state
        status.createdAt = item.createdAt
        status.labels = item.labels
        status.annotations = item.annotations
        var network = CRI.PodSandboxNetworkStatus()
        network.ip = snapshot.pod.status?.podIP ?? ""
        status.network = network
        return status
    }

    private func state(of container: ContainerSnapshot) -> ContainerStatus? {
        let status = snapshot.pod.status
        return ((status?.containerStatuses ?? []) + (status?.initContainerStatuses ?? [])).first { $0.name == container.name }
    }

    func item(of container: ContainerSnapshot) -> CRI.Container {
        let status = status(of: container)
        var item = CRI.Container()
        item.id = status.id
        item.podSandboxId = id
        item.metadata = status.metadata
        item.image = status.image
        item.imageRef = status.imageRef
        item.state = status.state
        item.createdAt = status.createdAt
        item.labels = status.labels
        return item
    }

    func status(of container: ContainerSnapshot) -> CRI.ContainerStatus {
        let known = state(of: container)
        var status = CRI.ContainerStatus()
        status.id = container.id
        var metadata = CRI.ContainerMetadata()
        metadata.name = container.name
        metadata.attempt = UInt32(clamping: container.attempt)
        status.metadata = metadata
        status.state = container.pid != nil ? .containerRunning : known?.state.terminated != nil ? .containerExited : .containerCreated
        status.createdAt = createdAt
        status.startedAt = Self.time(known?.state.running?.startedAt ?? known?.state.terminated?.startedAt)
        if let end = known?.state.terminated {
            status.finishedAt = Self.time(end.finishedAt)
            status.exitCode = end.exitCode
            status.reason = end.reason ?? ""
            status.message = end.message ?? ""
        }
        var image = CRI.ImageSpec()
        image.image = known?.image ?? ""
        status.image = image
        status.imageRef = known?.imageID ?? ""
        status.labels = labels
        status.logPath = container.logPath
        return status
    }
}

extension SandboxService {
    var filePods: [FilePod] { rooms.filePods.pods.map(FilePod.init) }

    func filePod(_ id: String) -> FilePod? { id.isEmpty ? nil : filePods.first { $0.id == id } }

    func filePod(container id: String) -> FilePod? { filePods.first { $0.container(id) != nil } }
}
