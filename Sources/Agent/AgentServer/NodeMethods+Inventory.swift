import AgentAPI

extension NodeMethods {
    func addInventory(to router: inout MethodRouter) {
        let backend = backend
        router.serve(AgentMethods.podApply) { call async throws(Fault) in try await backend.apply(call.parameters) }
        router.serve(AgentMethods.podDelete) { call async throws(Fault) in try await backend.delete(call.parameters) }
        router.serve(AgentMethods.manifestDiff) { call async throws(Fault) in
            try await backend.diffManifests(call.parameters)
        }
        router.serve(AgentMethods.imageGet) { call async throws(Fault) in try await backend.getImage(call.parameters) }
        router.serve(AgentMethods.imageRemove) { call async throws(Fault) in try await backend.removeImage(call.parameters) }
        router.serve(AgentMethods.imagePrune) { call async throws(Fault) in try await backend.pruneImages(call.parameters) }
        router.serve(AgentMethods.networkList) { _ async throws(Fault) in try await backend.listNetworks() }
        router.serve(AgentMethods.networkGet) { call async throws(Fault) in
            let name = call.parameters.name
            guard let network = try await backend.listNetworks().items.first(where: { $0.name == name }) else {
                throw Fault(.notFound, "network \"\(name)\" not found", reason: "NetworkNotFound")
            }
            return network
        }
        router.serve(AgentMethods.systemDiskUsage) { _ async throws(Fault) in try await backend.diskUsage() }
    }
}
