import PodSpec
import Synchronization

/// What pods can refer to, by namespace, as the folder says it now. Steps read it when they run.
///
/// It lives in memory only: nothing of it is on disk, and an agent that starts reads the folder before any pod goes on.
final class ObjectStore: Sendable {
    private let namespaces = Mutex<[String: PodObjects]>([:])

    /// The objects of a namespace.
    subscript(namespace: String) -> PodObjects { namespaces.withLock { $0[namespace] } ?? PodObjects() }

    /// Takes over what the folder says; answers the namespaces in which something is another than before.
    func replace(with objects: [ObjectName: DesiredObject]) -> Set<String> {
        var next: [String: PodObjects] = [:]
        for (name, desired) in objects { next[name.namespace, default: PodObjects()].insert(desired.object) }
        return namespaces.withLock { [next] current in
            let changed = Set(current.keys).union(next.keys).filter { current[$0] != next[$0] }
            current = next
            return changed
        }
    }
}
