import AgentAPI
import Linux
import ManifestEditing
import PodEngine
import PodSpec

/// Waits until the engine has followed the folder, by its own events.
struct FolderArrival {
    let store: PodStore

    /// How long an answer waits for the engine to see a file that has just been put in place. The folder is watched: it
    /// sees it within milliseconds, unless it is stopping or the object is one that it refuses.
    private static let patience = Duration.seconds(5)

    /// Returns when the engine knows objects that were applied, or soon after that should have been.
    func wait(for applied: AppliedManifests) async {
        await wait(atMost: Self.patience) {
            applied.pods.allSatisfy { isKnown($0) } && applied.objects.allSatisfy { isKnown($0) }
        }
    }

    private func isKnown(_ decoded: DecodedPod) -> Bool {
        guard let wanted = store.manifests.pods[decoded.name], store[decoded.name] != nil else { return false }
        let (old, new) = (wanted.pod.metadata, decoded.pod.metadata)
        return wanted.fingerprint == decoded.fingerprint && old.labels == new.labels && old.annotations == new.annotations
    }

    private func isKnown(_ decoded: DecodedObject) -> Bool {
        guard let wanted = store.manifests.objects[decoded.name] else { return false }
        guard case .workload(let new) = decoded.object else { return wanted.object == decoded.object }
        guard case .workload(let old) = wanted.object, old.written == new.written else { return false }
        return store.workloads.contains { $0.workload.name == new.workload.name }
    }

    /// Returns when nothing of the objects is left, or the task is cancelled.
    func waitForEnd(of objects: Remains) async {
        await wait(atMost: nil) { !objects.areLeft(in: store) }
    }

    private func wait(atMost limit: Duration?, until condition: @escaping @Sendable () -> Bool) async {
        // Subscribed before the first look: nothing falls between the two.
        let stirrings = store.stirrings()
        if condition() { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stirrings where condition() { return } }
            if let limit {
                // Only a cancellation ends it early: the engine came first.
                group.addTask { try? await Task.sleep(for: limit) }
            }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Objects that were deleted, with the pods that were made for them.
struct Remains: Sendable {
    let names: [ObjectName]
    /// Of the workloads among them, and of the jobs of CronJobs among those.
    let owners: Set<String>

    init(_ names: [ObjectName], in store: PodStore) {
        self.names = names
        let workloads = store.workloads.map(\.workload.metadata)
        var owners: Set<String> = []
        for workload in store.workloads where names.contains(ObjectName(of: workload.workload)) {
            owners.insert(workload.workload.metadata.uid)
        }
        for metadata in workloads where metadata.isOwned(by: owners) { owners.insert(metadata.uid) }
        self.owners = owners
    }

    /// The pods that go with the objects.
    func pods(in store: PodStore) -> [PodKey] {
        store.pods.filter { names.contains(ObjectName(pod: $0.key)) || $0.pod.metadata.isOwned(by: owners) }.map(\.key)
    }

    func areLeft(in store: PodStore) -> Bool {
        let manifests = store.manifests
        if names.contains(where: { manifests.objects[$0] != nil }) { return true }
        if store.workloads.contains(where: { owners.contains($0.workload.metadata.uid) }) { return true }
        return !pods(in: store).isEmpty
    }
}

extension ObjectName {
    init(of workload: Workload) {
        self.init(
            ObjectKind(rawValue: workload.kind.rawValue),
            namespace: workload.metadata.namespace,
            name: workload.metadata.name
        )
    }
}

extension ObjectMeta {
    fileprivate func isOwned(by uids: Set<String>) -> Bool {
        ownerReferences.contains { $0["uid"]?.stringValue.map(uids.contains) ?? false }
    }
}
