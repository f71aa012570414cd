import PodSpec
import Synchronization

/// What pods can refer to, by namespace, as the folder says it now. Steps read it when they run.
///
/// It lives in memory only: nothing of it is on disk, and an agent that starts reads the folder before any pod goes on.
final class ObjectStore: Sendable {
    private struct State {
        var namespaces: [String: PodObjects] = [:]
        var classes = ClusterClasses()
    }

    /// Where something is another than before.
    struct Changes: Sendable {
        fileprivate var namespaces: Set<String>
        fileprivate var isEverywhere: Bool

        func contains(_ namespace: String) -> Bool { isEverywhere || namespaces.contains(namespace) }
    }

    private let state = Mutex(State())

    /// The objects of a namespace.
    subscript(namespace: String) -> PodObjects { state.withLock { $0.namespaces[namespace] } ?? PodObjects() }

    /// What pods of every namespace can name.
    var classes: ClusterClasses { state.withLock { $0.classes } }

    /// Takes over what the folder says.
    func replace(with objects: [ObjectName: DesiredObject]) -> Changes {
        var next = State()
        for (name, desired) in objects {
            next.namespaces[name.namespace, default: PodObjects()].insert(desired.object)
            next.classes.insert(desired.object)
        }
        return state.withLock { [next] current in
            let names = Set(current.namespaces.keys).union(next.namespaces.keys)
            let changed = names.filter { current.namespaces[$0] != next.namespaces[$0] }
            defer { current = next }
            return Changes(namespaces: changed, isEverywhere: current.classes != next.classes)
        }
    }
}
