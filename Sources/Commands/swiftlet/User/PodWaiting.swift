import AgentAPI
import AgentClient
import Linux

/// Waits on the agent's events until a condition holds for all pods that are meant.
struct PodWaiting {
    let condition: WaitCondition
    /// The pods that are meant; where there are none, all that fit.
    let names: [String]
    let filter: (ResourceItem) -> Bool

    func run(
        _ connection: AgentConnection,
        namespace: String,
        until deadline: Monotonic,
        isOneLook: Bool
    ) throws(Fault) {
        // One name is one pod's events; several are all of the namespace's.
        let request = PodWatchRequest(namespace: namespace, name: names.count == 1 ? names[0] : nil)
        var pods: [String: ResourceItem] = [:]
        var met: Set<String> = []
        var wanted: Set<String>?
        var failure: Fault?
        do throws(Fault) {
            try connection.subscribe(
                AgentMethods.podWatch,
                request,
                of: PodWatchEvent.self,
                until: isOneLook ? nil : deadline
            ) { batch in
                do throws(Fault) {
                    for event in batch.events {
                        if event.type == .bookmark { wanted = try start(pods) }
                        if let pod = event.pod {
                            let item = try ResourceItem(.pod(pod))
                            pods[item.name] = event.type == .deleted ? nil : item
                        }
                        guard let wanted else { continue }
                        for name in wanted.sorted() where !met.contains(name) && condition.holds(for: pods[name]?.node) {
                            met.insert(name)
                            Terminal.write("pod/\(name) condition met\n")
                        }
                        if met == wanted { return false }
                        if isOneLook { throw timeout(wanted.subtracting(met)) }
                    }
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            guard error.code == .timeout, error.reason == "DeadlineExceeded" || Monotonic.now >= deadline else { throw error }
            throw timeout((wanted ?? Set(names)).subtracting(met))
        }
        if let failure { throw failure }
    }

    /// Which pods are meant, now that those there are are known.
    private func start(_ pods: [String: ResourceItem]) throws(Fault) -> Set<String> {
        let mayMiss = condition == .delete || condition == .create
        guard names.isEmpty else {
            if !mayMiss, let missing = names.first(where: { pods[$0] == nil }) {
                throw Fault(.notFound, "pod \"\(missing)\" not found", reason: "PodNotFound")
            }
            return Set(names)
        }
        let found = pods.values.filter(filter).map(\.name)
        if found.isEmpty && condition != .delete { throw Fault(.notFound, "no pods fit", reason: "PodNotFound") }
        return Set(found)
    }

    private func timeout(_ names: Set<String>) -> Fault {
        let list = names.sorted().map { "pod/\($0)" }.joined(separator: ", ")
        return Fault(.timeout, "timed out waiting for the condition on \(list)", reason: "DeadlineExceeded")
    }
}
