import AgentAPI
import JSONCoding
import JSONRPC

/// The handlers of the method table over a `NodeBackend`.
struct NodeMethods: Sendable {
    let backend: any NodeBackend
    let version: VersionInfo

    /// A handler for every method of the table.
    func router() -> MethodRouter {
        var router = MethodRouter(note: backend.noteCall)
        addPods(to: &router)
        addObservation(to: &router)
        addSystem(to: &router)
        addInventory(to: &router)
        addWatches(to: &router)
        addProtocol(to: &router)
        return router
    }

    private func addPods(to router: inout MethodRouter) {
        let backend = backend
        router.serveText(AgentMethods.podList) { call async throws(Fault) in
            (try await backend.encodedPods(call.parameters), nil)
        }
        router.serve(AgentMethods.podGet) { call async throws(Fault) in try await backend.getPod(call.parameters) }
        router.serve(AgentMethods.podExec) { call async throws(Fault) in try await backend.execute(call.parameters) }
        router.serve(AgentMethods.podDiff) { call async throws(Fault) in try await backend.diffPods(call.parameters) }
        router.serve(AgentMethods.podWatch) { call async throws(Fault) in
            try await PodWatching(backend: backend).start(call)
        }
        router.serve(AgentMethods.podLogs) { call async throws(Fault) in
            try await LogServing(backend: backend).start(call)
        }
        router.serve(AgentMethods.workloadList) { call async throws(Fault) in
            try await backend.listWorkloads(call.parameters)
        }
        router.serve(AgentMethods.objectList) { call async throws(Fault) in
            try await backend.listObjects(call.parameters)
        }
        router.serve(AgentMethods.imageList) { _ async throws(Fault) in try await backend.listImages() }
        router.serve(AgentMethods.imagePull) { call async throws(Fault) in
            try await PullServing(backend: backend).pull(call)
        }
    }

    private func addSystem(to router: inout MethodRouter) {
        let (backend, version) = (backend, version)
        router.serve(AgentMethods.systemInfo) { _ async throws(Fault) in try await backend.info() }
        router.serve(AgentMethods.systemHealth) { _ async throws(Fault) in await backend.health() }
        router.serve(AgentMethods.systemVersion, atOnce: { _ throws(Fault) in version })
    }

    private func addProtocol(to router: inout MethodRouter) {
        router.serve(AgentMethods.discover) { call async throws(Fault) in
            OpenRPCDocument(for: call.connection.peer.role)
        }
        router.serve(AgentMethods.ping, atOnce: { _ throws(Fault) in Acknowledgement() })
        router.serve(AgentMethods.cancel, atOnce: { call throws(Fault) in
            guard let id = RequestID(call.parameters.id), call.connection.cancel(id) else {
                throw Fault(.notFound, "no call of this id is under way on this connection", reason: "CallNotFound")
            }
            return Acknowledgement()
        })
        router.serve(AgentMethods.subscriptionCancel, atOnce: { call throws(Fault) in
            guard call.connection.endSubscription(call.parameters.subscription) else {
                throw Fault(
                    .notFound,
                    "no subscription \"\(call.parameters.subscription)\" on this connection",
                    reason: "SubscriptionNotFound"
                )
            }
            return Acknowledgement()
        })
    }
}
