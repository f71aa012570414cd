import CRISpec
import PodEngine

extension SandboxService {
    /// The label that has lists show pods of files, with the value `file`. They are shown to whoever asks for them, and to nobody else: a
    /// kubelet would remove what it does not know.
    static let sourceLabel = "swiftlet/source"

    public func listPodSandbox(_ request: CRI.ListPodSandboxRequest) async throws(CRI.Failure) -> CRI.ListPodSandboxResponse {
        var response = CRI.ListPodSandboxResponse()
        response.items = sandboxes(request.filter)
        return response
    }

    public func streamPodSandboxes(
        _ request: CRI.StreamPodSandboxesRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamPodSandboxesResponse> {
        Self.stream(sandboxes(request.filter)) { items in
            var response = CRI.StreamPodSandboxesResponse()
            response.podSandboxes = items
            return response
        }
    }

    /// The parts of the filter combine. Newest first, as CRI's runtimes list them.
    private func sandboxes(_ filter: CRI.PodSandboxFilter?) -> [CRI.PodSandbox] {
        let filter = filter ?? CRI.PodSandboxFilter()
        let all = showsFilePods(filter.labelSelector) ? filePods.map(\.sandbox) : store.sandboxes.map { sandbox in
            var item = CRI.PodSandbox()
            item.id = sandbox.id
            item.metadata = sandbox.config.metadata
            item.state = sandbox.isReady ? .sandboxReady : .sandboxNotready
            item.createdAt = sandbox.record.createdAt
            item.labels = sandbox.config.labels
            item.annotations = sandbox.config.annotations
            item.runtimeHandler = sandbox.record.runtimeHandler
            return item
        }
        return all.reversed().filter { item in
            item.id.hasPrefix(filter.id) && (filter.state.map { $0.state == item.state } ?? true)
                && filter.labelSelector.isFulfilled(by: item.labels)
        }
    }

    public func listContainers(_ request: CRI.ListContainersRequest) async throws(CRI.Failure) -> CRI.ListContainersResponse {
        var response = CRI.ListContainersResponse()
        response.containers = containers(request.filter)
        return response
    }

    public func streamContainers(
        _ request: CRI.StreamContainersRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.StreamContainersResponse> {
        Self.stream(containers(request.filter)) { items in
            var response = CRI.StreamContainersResponse()
            response.containers = items
            return response
        }
    }

    private func containers(_ filter: CRI.ContainerFilter?) -> [CRI.Container] {
        let filter = filter ?? CRI.ContainerFilter()
        let all =
            showsFilePods(filter.labelSelector)
            ? filePods.flatMap { pod in pod.containers.map { pod.item(of: $0) } }
            : store.containers.map { container in
                var item = CRI.Container()
                item.id = container.id
                item.podSandboxId = container.record.sandboxID
                item.metadata = container.config.metadata
                item.image = container.config.image
                item.imageRef = container.record.image.reference
                item.imageId = container.record.image.id
                item.state = container.state
                item.createdAt = container.record.createdAt
                item.labels = container.config.labels
                item.annotations = container.config.annotations
                return item
            }
        return all.reversed().filter { item in
            item.id.hasPrefix(filter.id) && item.podSandboxId.hasPrefix(filter.podSandboxId)
                && (filter.state.map { $0.state == item.state } ?? true)
                && filter.labelSelector.isFulfilled(by: item.labels)
        }
    }

    func showsFilePods(_ selector: [String: String]) -> Bool { selector[Self.sourceLabel] == "file" }

    /// A list in messages of a size that suits any reader; none for an empty list.
    static func stream<Item: Sendable, Response: Sendable>(
        _ items: [Item],
        _ message: ([Item]) -> Response
    ) -> CRI.Stream<Response> {
        let (stream, continuation) = CRI.Stream<Response>.makeStream()
        var number: Int64 = 1
        for start in stride(from: 0, to: items.count, by: 100) {
            let part = Array(items[start..<min(start + 100, items.count)])
            continuation.yield(CRI.Streamed(number: number, value: message(part)))
            number += 1
        }
        continuation.finish()
        return stream
    }

    public func getContainerEvents(
        _ request: CRI.GetEventsRequest
    ) async throws(CRI.Failure) -> CRI.Stream<CRI.ContainerEventResponse> {
        events.subscribe()
    }
}

extension [String: String] {
    /// Whether labels have all of this selector.
    func isFulfilled(by labels: [String: String]) -> Bool { allSatisfy { labels[$0.key] == $0.value } }
}
