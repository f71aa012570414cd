import AgentAPI

/// What can be done to the watched folder.
public protocol ManifestBackend: Sendable {
    /// Puts objects into the folder, all of them or none. `invalid` with every problem where one manifest is wrong, `conflict`
    /// with the file where an object is defined in a place that cannot be edited.
    func apply(_ request: ApplyRequest) async throws(Fault) -> ApplyResult

    /// Takes objects out of the folder. Idempotent with `ignoreNotFound`.
    func delete(_ request: DeleteRequest) async throws(Fault) -> DeleteResult

    /// What manifests would do to objects of all kinds.
    func diffManifests(_ request: PodDiffRequest) async throws(Fault) -> ManifestDiff
}

/// What is on the node beside its pods.
public protocol InventoryBackend: Sendable {
    /// `notFound` where there is no such image.
    func getImage(_ request: ImageGetRequest) async throws(Fault) -> ImageDetail

    /// `conflict` where a pod uses it and `force` is not given.
    func removeImage(_ request: ImageRemoveRequest) async throws(Fault) -> ImageRemoval

    func pruneImages(_ request: ImagePruneRequest) async throws(Fault) -> ImageRemoval

    func listNetworks() async throws(Fault) -> NetworkList

    /// Walks folders: may take seconds.
    func diskUsage() async throws(Fault) -> DiskUsageReport
}
