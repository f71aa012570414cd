import JSONCoding

/// A method of the agent with the types of its parameters and result: how client and server name it.
public struct Method<Request: APIValue, Response: APIValue>: Sendable {
    public let description: MethodDescription

    public var name: String { description.name }

    init(description: MethodDescription) { self.description = description }

    init(
        _ name: String,
        _ summary: String,
        role: Role = .read,
        faults: [Fault.Code] = [],
        event: Schema? = nil,
        progress: Schema? = nil
    ) {
        description = MethodDescription(
            name: name,
            summary: summary,
            role: role,
            faults: faults,
            schemas: .init(parameters: Request.schema, result: Response.schema, event: event, progress: progress)
        )
    }
}

/// What the table says of a method.
public struct MethodDescription: Sendable, Hashable {
    /// The shapes of what travels.
    public struct Schemas: Sendable, Hashable {
        public var parameters: Schema
        public var result: Schema
        /// Of the events, where the method may start a subscription.
        public var event: Schema?
        /// Of the `value` of `rpc.progress`, where the method tells how far it is.
        public var progress: Schema?
    }

    public let name: String
    public let summary: String
    /// The least role that may call it.
    public let role: Role
    /// The domain's faults; those of the protocol may always come.
    public let faults: [Fault.Code]
    public let schemas: Schemas

    /// Checks parameters by name: unknown ones, missing ones, types. `_meta` is allowed with every method.
    /// Gives back the parameters without it.
    public func checkParameters(_ parameters: JSONNode?) throws(Fault) -> JSONNode {
        let node = parameters ?? [:]
        guard case .object(let members) = node.value else {
            throw Fault(
                .invalidParameters,
                "parameters of \(name) are given by name, in an object",
                hint: schemas.parameters.properties.isEmpty
                    ? nil : "it takes " + schemas.parameters.properties.map(\.name).joined(separator: ", ")
            )
        }
        let named = JSONNode(.object(members.filter { $0.key != "_meta" }))
        let violations = schemas.parameters.violations(in: named)
        guard let first = violations.first else { return named }
        let rows = violations.map { JSONNode.object(path: $0.path, message: $0.message) }
        throw Fault(
            .invalidParameters,
            "\(first.path): \(first.message)",
            details: ["problems": JSONNode(.array(rows))]
        )
    }
}

extension JSONNode {
    fileprivate static func object(path: String, message: String) -> JSONNode {
        ["path": JSONNode(path), "message": JSONNode(message)]
    }
}
