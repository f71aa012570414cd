import JSONCoding

extension NetworkDefinition {
    /// Decodes and validates a definition. A member that is unknown, of a wrong type or out of its range is refused with
    /// its path and position.
    public static func decode(_ bytes: some Collection<UInt8>) throws(NetworkDefinitionError) -> NetworkDefinition {
        let root: JSONNode
        do throws(JSONSyntaxError) {
            root = try JSON.parse(bytes, positions: true)
        } catch {
            throw NetworkDefinitionError(path: "", message: error.message, position: error.position)
        }
        try refuseUnknownMembers(of: root)
        if let member = root.member("plugins") {
            throw NetworkDefinitionError(
                path: "plugins",
                message: "is for configuration lists of CNI, which are files *.conflist",
                position: member.keyPosition
            )
        }
        let definition: NetworkDefinition
        do throws(JSONTypeError) {
            definition = try JSON.decode(NetworkDefinition.self, from: root)
        } catch {
            throw NetworkDefinitionError(path: error.path, message: error.message, position: error.position)
        }
        do throws(NetworkDefinitionError) {
            try definition.validate()
        } catch {
            var error = error
            error.position = root.position(ofPath: error.path)
            throw error
        }
        return definition
    }

    private static func refuseUnknownMembers(of root: JSONNode) throws(NetworkDefinitionError) {
        try root.refuseMembers(notIn: CodingKeys.self, path: "")
        for (index, subnet) in (root["subnets"]?.arrayValue ?? []).enumerated() {
            try subnet.refuseMembers(notIn: Subnet.CodingKeys.self, path: "subnets[\(index)]")
            try subnet["lease_range"]?
                .refuseMembers(notIn: LeaseRange.CodingKeys.self, path: "subnets[\(index)].lease_range")
        }
        for (index, route) in (root["routes"]?.arrayValue ?? []).enumerated() {
            try route.refuseMembers(notIn: Route.CodingKeys.self, path: "routes[\(index)]")
        }
    }
}

extension JSONNode {
    fileprivate func refuseMembers<Keys: CodingKey & CaseIterable>(
        notIn keys: Keys.Type,
        path: String
    ) throws(NetworkDefinitionError) {
        for member in members ?? [] where Keys(stringValue: member.key) == nil {
            let known = Keys.allCases.map(\.stringValue).filter { $0 != "plugins" }.joined(separator: ", ")
            throw NetworkDefinitionError(
                path: JSONPath.join(path, JSONPath.step(member.key)),
                message: "unknown member; known are \(known)",
                position: member.keyPosition
            )
        }
    }

    /// The position of what a path leads to, or of the nearest value on the way that exists.
    fileprivate func position(ofPath path: String) -> SourcePosition? {
        var node = self
        for step in path.split(whereSeparator: { ".[]'".contains($0) }) {
            guard let next = Int(step).flatMap({ node[$0] }) ?? node[String(step)] else { break }
            node = next
        }
        return node.position
    }
}
