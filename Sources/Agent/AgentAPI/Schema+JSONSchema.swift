import JSONCoding

extension Schema {
    /// The schema as JSON Schema (draft 7). Named schemas become references to `components`, where they are collected.
    func jsonSchema(components: inout [String: JSONNode]) -> JSONNode {
        switch self {
        case .string: return ["type": "string"]
        case .formatted(let format): return ["type": "string", "format": JSONNode(format)]
        case .choice(let allowed):
            return ["type": "string", "enum": JSONNode(.array(allowed.map { JSONNode($0) }))]
        case .integer(let minimum, let maximum):
            var members = [JSONNode.Member(key: "type", value: "integer")]
            if let minimum { members.append(JSONNode.Member(key: "minimum", value: JSONNode(minimum))) }
            if let maximum { members.append(JSONNode.Member(key: "maximum", value: JSONNode(maximum))) }
            return JSONNode(.object(members))
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .requestID: return ["type": ["string", "integer"]]
        case .array(let element, let minimumCount):
            let items = element.jsonSchema(components: &components)
            if minimumCount == 0 { return ["type": "array", "items": items] }
            return ["type": "array", "items": items, "minItems": JSONNode(minimumCount)]
        case .map(let element):
            return ["type": "object", "additionalProperties": element.jsonSchema(components: &components)]
        case .foreign(let description, let link):
            return ["type": "object", "description": JSONNode(description), "$comment": JSONNode(link)]
        case .object(let properties):
            return objectSchema(properties, components: &components)
        case .wideInteger: return ["type": ["string", "integer"], "format": "int64"]
        case .wideNumber: return ["type": ["number", "string"]]
        case .message(let message):
            return Schema.named(message.name, .object(message.properties)).jsonSchema(components: &components)
        case .named(let name, let schema):
            if components[name] == nil {
                // The place is taken first, so that a schema may contain itself.
                components[name] = .null
                components[name] = schema.jsonSchema(components: &components)
            }
            return ["$ref": JSONNode("#/components/schemas/\(name)")]
        }
    }

    private func objectSchema(_ properties: [Property], components: inout [String: JSONNode]) -> JSONNode {
        var shapes: [JSONNode.Member] = []
        for property in properties {
            let shape = property.schema.jsonSchema(components: &components)
            shapes.append(JSONNode.Member(key: property.name, value: shape.described(property.summary)))
        }
        let required = properties.filter(\.isRequired).map { JSONNode($0.name) }
        var members = [
            JSONNode.Member(key: "type", value: "object"),
            JSONNode.Member(key: "properties", value: JSONNode(.object(shapes))),
        ]
        if !required.isEmpty { members.append(JSONNode.Member(key: "required", value: JSONNode(.array(required)))) }
        members.append(JSONNode.Member(key: "additionalProperties", value: false))
        return JSONNode(.object(members))
    }
}

extension JSONNode {
    /// The schema with a description. Draft 7 ignores what stands beside a `$ref`, hence `allOf`.
    fileprivate func described(_ summary: String) -> JSONNode {
        let description = Member(key: "description", value: JSONNode(summary))
        guard case .object(let members) = value else { return self }
        if members.contains(where: { $0.key == "$ref" }) {
            return JSONNode(.object([description, Member(key: "allOf", value: JSONNode(.array([self])))]))
        }
        return JSONNode(.object([description] + members.filter { $0.key != "description" }))
    }
}
