import AgentAPI
import AgentClient
import Linux

/// Waits on the agent's events until a condition holds for all things of a type that are meant.
struct ResourceWaiting {
    let type: ResourceType
    let condition: WaitCondition
    /// Those that are meant; where there are none, all that fit.
    let names: [String]
    let filter: (ResourceItem) -> Bool

    func run(
        _ connection: AgentConnection,
        namespace: String,
        until deadline: Monotonic,
        isOneLook: Bool
    ) throws(Fault) {
        // One name is one thing's events; several are all of the namespace's.
        let changes = ResourceEvents(of: type, namespace: namespace, name: names.count == 1 ? names[0] : nil)
        var items: [String: ResourceItem] = [:]
        var met: Set<String> = []
        var wanted: Set<String>?
        do throws(Fault) {
            try changes.read(connection, until: isOneLook ? nil : deadline) { (events) throws(Fault) in
                for event in events {
                    if event.type == .bookmark { wanted = try start(items) }
                    if let item = event.item {
                        // One name is what was asked for, be it short for the thing's own.
                        items[names.count == 1 ? names[0] : item.name] = event.type == .deleted ? nil : item
                    }
                    guard let wanted else { continue }
                    for name in wanted.sorted() where !met.contains(name) && condition.holds(for: items[name]?.node) {
                        met.insert(name)
                        Terminal.write("\(type.rawValue)/\(name) condition met\n")
                    }
                    if met == wanted { return false }
                    if isOneLook { throw timeout(wanted.subtracting(met)) }
                }
                return true
            }
        } catch {
            guard error.code == .timeout, error.reason == "DeadlineExceeded" || Monotonic.now >= deadline else { throw error }
            throw timeout((wanted ?? Set(names)).subtracting(met))
        }
    }

    /// Which are meant, now that those there are are known.
    private func start(_ items: [String: ResourceItem]) throws(Fault) -> Set<String> {
        let reason = type == .pod ? "PodNotFound" : "ResourceNotFound"
        let mayMiss = condition == .delete || condition == .create
        guard names.isEmpty else {
            if !mayMiss, let missing = names.first(where: { items[$0] == nil }) {
                throw Fault(.notFound, "\(type.rawValue) \"\(missing)\" not found", reason: reason)
            }
            return Set(names)
        }
        let found = items.values.filter(filter).map(\.name)
        if found.isEmpty && condition != .delete { throw Fault(.notFound, "no \(type.plural) fit", reason: reason) }
        return Set(found)
    }

    private func timeout(_ names: Set<String>) -> Fault {
        let list = names.sorted().map { "\(type.rawValue)/\($0)" }.joined(separator: ", ")
        return Fault(.timeout, "timed out waiting for the condition on \(list)", reason: "DeadlineExceeded")
    }
}
