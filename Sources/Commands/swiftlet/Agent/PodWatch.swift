import AgentAPI
import PodEngine

/// `pod.watch`: the pods there are, a bookmark, and every change from then on.
struct PodWatch {
    let store: PodStore
    let request: PodWatchRequest

    func stream() -> AsyncStream<PodWatchEvent> {
        // Subscribed before the pods are read: nothing falls between the two.
        let changes = store.changes()
        let (stream, continuation) = AsyncStream.makeStream(of: PodWatchEvent.self)
        // A bridge from one stream to another; it ends with either.
        let task = Task {
            var known: [PodKey: PodSnapshot] = [:]
            for snapshot in store.pods where wants(snapshot.key) {
                known[snapshot.key] = snapshot
                continuation.yield(PodWatchEvent(type: .added, pod: snapshot.pod))
            }
            continuation.yield(PodWatchEvent(type: .bookmark))
            for await batch in changes {
                for change in batch {
                    switch change {
                    case .changed(let key) where wants(key):
                        guard let snapshot = store[key], known[key]?.pod != snapshot.pod else { continue }
                        let isNew = known.updateValue(snapshot, forKey: key) == nil
                        continuation.yield(PodWatchEvent(type: isNew ? .added : .modified, pod: snapshot.pod))
                    case .removed(let key) where wants(key):
                        guard let last = known.removeValue(forKey: key) else { continue }
                        continuation.yield(PodWatchEvent(type: .deleted, pod: last.pod))
                    case .changed, .removed, .problems: break
                    }
                }
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }

    private func wants(_ key: PodKey) -> Bool {
        (request.namespace.map { $0 == key.namespace } ?? true) && (request.name.map { $0 == key.name } ?? true)
    }
}

extension PodStore {
    /// Returns when an attempt of a container does not run any more, or the task is cancelled.
    func waitForEnd(of container: String, attempt: Int, in key: PodKey) async {
        let changes = changes()
        func runs() -> Bool {
            self[key]?.containers.contains { $0.name == container && $0.attempt == attempt && $0.pid != nil } ?? false
        }
        if !runs() { return }
        for await _ in changes where !runs() { return }
    }
}
