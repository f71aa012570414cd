import CRISpec
import Glibc
import JSONCoding
import Testing

/// The generated messages against the schema that they were generated from.
@Suite struct SchemaTests {
    private let schema: JSONNode

    init() throws {
        // <root>/Tests/CRISpecTests/<this file>
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "\(root)/Sources/Specs/CRISpec/cri-v1.schema.json"
        let file = try #require(fopen(path, "r"), "\(path) is missing")
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        schema = try JSON.decode(JSONNode.self, from: bytes)
    }

    private func name(_ type: ProtoType) -> String {
        switch type {
        case .string: "string"
        case .bool: "bool"
        case .int32: "int32"
        case .uint32: "uint32"
        case .int64: "int64"
        case .uint64: "uint64"
        case .double: "double"
        case .bytes: "bytes"
        case .choice(let name, _): name
        case .message(let type): type.protoName
        }
    }

    @Test func everyMessageIsAsTheSchemaHasIt() throws {
        let wanted = try #require(schema["messages"]?.members)
        #expect(wanted.count == 175 && CRI.messages.map { $0.protoName } == wanted.map(\.key))
        for (type, message) in zip(CRI.messages, wanted) {
            let fields = type.messageDescription.fields
            let rows = try #require(message.value["fields"]?.arrayValue)
            #expect(fields.count == rows.count, "\(message.key)")
            for (field, row) in zip(fields, rows) {
                #expect(field.name == row["name"]?.stringValue && field.jsonName == row["json"]?.stringValue)
                let isMap = row["type"]?.stringValue == "map<string,string>"
                #expect(field.shape == (isMap ? .map : row["repeated"]?.boolValue == true ? .list : .single))
                let type = row["type"]?.stringValue.map { $0 == "ProfileType" ? "SecurityProfile.ProfileType" : $0 }
                #expect((isMap ? "map<string,\(name(field.type))>" : name(field.type)) == type, "\(message.key).\(field.name)")
                #expect(field.isSecret == row["redact"]?.boolValue && field.isDeprecated == row["deprecated"]?.boolValue)
            }
        }
    }

    @Test func everyEnumIsAsTheSchemaHasIt() throws {
        let wanted = try #require(schema["enums"]?.members)
        #expect(CRI.enums.map { $0.protoName } == wanted.map(\.key))
        func check<Value: ProtoEnum>(_ type: Value.Type, _ rows: [JSONNode]) throws {
            #expect(Value.names == rows.map { $0[0]?.stringValue })
            #expect(Value.allCases.map { Int64($0.rawValue) } == rows.map { $0[1]?.integerValue })
            #expect(Value.absent.rawValue == 0)
        }
        for (type, member) in zip(CRI.enums, wanted) { try check(type, try #require(member.value.arrayValue)) }
    }

    @Test func everyMethodIsAsTheSchemaHasIt() throws {
        let wanted = try #require(schema["services"]?.members).flatMap { service in
            (service.value.arrayValue ?? []).map { (service.key, $0) }
        }
        #expect(wanted.count == 43 && CRI.methods.count == 43)
        for (method, (service, row)) in zip(CRI.methods, wanted) {
            #expect(method.name == "\(service).\(row["name"]?.stringValue ?? "")")
            #expect(method.request.protoName == row["req"]?.stringValue)
            #expect(method.response.protoName == row["resp"]?.stringValue)
            #expect(method.isStreaming == row["stream"]?.boolValue)
        }
    }

    @Test func everyMessageComesBackAsItWasWritten() throws {
        func check<Message: ProtoMessage>(_ type: Message.Type) throws {
            let full = Self.filled(Message.messageDescription, depth: 0)
            let message = try Message(full)
            #expect(try Message(message.node) == message && message.node == full, "\(Message.protoName)")
        }
        for type in CRI.messages { try check(type) }
    }

    /// A message with a value in every field.
    private static func filled(_ message: CRI.MessageDescription, depth: Int) -> JSONNode {
        JSONNode(
            .object(
                message.fields.map { field in
                    let value: JSONNode =
                        switch field.type {
                        case .string: "text"
                        case .bool: true
                        case .int32, .uint32: 7
                        case .int64, .uint64: "8"
                        case .double: 0.5
                        case .bytes: "YQ=="
                        case .choice(_, let values): JSONNode(values[1])
                        case .message(let type): filled(type.messageDescription, depth: depth + 1)
                        }
                    let shaped: JSONNode =
                        switch field.shape {
                        case .single: value
                        case .list: [value, value]
                        case .map: ["key": value]
                        }
                    return JSONNode.Member(key: field.jsonName, value: shaped)
                }
            )
        )
    }
}
