import HTTPClient
import OCISpec

extension RegistryClient {
    /// Where an image is asked for, in order.
    func routes(for reference: ImageReference) throws -> [RegistryRoute] {
        try currentRegistries(reference).routes(for: reference)
    }

    /// Where an image is pushed to and managed.
    func primaryRoute(for reference: ImageReference) throws -> RegistryRoute {
        try currentRegistries(reference).primaryRoute(for: reference)
    }

    /// What a name may stand for, by the machine's aliases and searched registries; one where the name says its registry.
    public func candidates(for name: String) throws -> [ImageReference] {
        try currentRegistries(try ImageReference(name)).candidates(for: name)
    }

    private func currentRegistries(_ reference: ImageReference) throws -> RegistriesConfiguration {
        do {
            return try registries.current()
        } catch {
            throw RegistryError(subject: reference.description, reason: .badRegistries("\(error)"))
        }
    }

    /// Tries the places where an image may be, one after another, until one has it.
    ///
    /// What the image's own registry says is thrown, not what its mirrors said.
    func trying<Result>(
        _ reference: ImageReference,
        _ body: (RegistryRoute) async throws -> Result
    ) async throws -> Result {
        var mirrors: [String] = []
        for route in try routes(for: reference) {
            do {
                return try await body(route)
            } catch let error as RegistryError where route.isMirror {
                mirrors.append(error.description)
            } catch var error as RegistryError where !mirrors.isEmpty {
                let said = error.serverMessage.map { [$0] } ?? []
                error.serverMessage = (said + ["its mirrors before that: " + mirrors.joined(separator: "; ")]).joined(separator: "; ")
                throw error
            }
        }
        preconditionFailure("the image's own registry is the last route")
    }
}
