import JSONCoding

/// The OpenRPC 1.3 document of the agent, made from the method table.
public struct OpenRPCDocument: APIValue {
    public var node: JSONNode

    public init(from decoder: any Decoder) throws {
        node = try JSONNode(from: decoder)
    }

    public func encode(to encoder: any Encoder) throws {
        try node.encode(to: encoder)
    }

    /// The document with the methods that a role may call.
    public init(for role: Role) {
        var components: [String: JSONNode] = [:]
        let methods = AgentMethods.all.filter { $0.role <= role }.map { $0.openRPC(components: &components) }
        let schemas = components.sorted { $0.key < $1.key }.map { JSONNode.Member(key: $0.key, value: $0.value) }
        node = [
            "openrpc": "1.3.2",
            "info": [
                "title": "swiftlet",
                "description": "Pods on one Linux machine: the agent's JSON-RPC 2.0 interface.",
                "version": JSONNode(VersionInfo.current.apiVersion),
                "license": ["name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"],
            ],
            "methods": JSONNode(.array(methods)),
            "components": [
                "schemas": JSONNode(.object(schemas)),
                "errors": JSONNode(.object(OpenRPCDocument.errors)),
            ],
        ]
    }

    private static var errors: [JSONNode.Member] {
        Fault.Code.all.map { code in
            JSONNode.Member(
                key: code.description,
                value: [
                    "code": JSONNode(code.rpcCode),
                    "message": JSONNode(code.defaultReason),
                    "data": ["retryable": JSONNode(code.isRetryable), "httpStatus": JSONNode(code.httpStatus)],
                ]
            )
        }
    }

    public static let schema = Schema.named(
        "OpenRPCDocument",
        .foreign(description: "An OpenRPC 1.3 document.", link: "https://spec.open-rpc.org/")
    )
}

extension MethodDescription {
    fileprivate func openRPC(components: inout [String: JSONNode]) -> JSONNode {
        var parameters: [JSONNode] = []
        for property in schemas.parameters.properties {
            parameters.append([
                "name": JSONNode(property.name),
                "summary": JSONNode(property.summary),
                "required": JSONNode(property.isRequired),
                "schema": property.schema.jsonSchema(components: &components),
            ])
        }
        let result = schemas.result.jsonSchema(components: &components)
        let references = faults.map { JSONNode(dictionaryLiteral: ("$ref", JSONNode("#/components/errors/\($0)"))) }
        var members: [JSONNode.Member] = [
            .init(key: "name", value: JSONNode(name)),
            .init(key: "summary", value: JSONNode(summary)),
            .init(key: "paramStructure", value: "by-name"),
            .init(key: "params", value: JSONNode(.array(parameters))),
            .init(key: "result", value: ["name": "result", "schema": result]),
        ]
        if !references.isEmpty { members.append(.init(key: "errors", value: JSONNode(.array(references)))) }
        members.append(.init(key: "x-role", value: JSONNode(role.rawValue)))
        if let event = schemas.event {
            members.append(.init(key: "x-event", value: event.jsonSchema(components: &components)))
        }
        if let progress = schemas.progress {
            members.append(.init(key: "x-progress", value: progress.jsonSchema(components: &components)))
        }
        return JSONNode(.object(members))
    }
}
