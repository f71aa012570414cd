import AgentAPI

extension NodeMethods {
    /// What can be seen of the node.
    func addObservation(to router: inout MethodRouter) {
        let backend = backend
        let serving = EventServing(events: backend.events)
        router.serve(AgentMethods.podStats) { call async throws(Fault) in try await backend.measurePods(call.parameters) }
        router.serve(AgentMethods.systemStats) { _ async throws(Fault) in try await backend.measureNode() }
        router.serve(AgentMethods.eventList, atOnce: { call throws(Fault) in serving.list(call.parameters) })
        router.serve(AgentMethods.eventWatch) { call async throws(Fault) in try serving.watch(call) }
    }
}
