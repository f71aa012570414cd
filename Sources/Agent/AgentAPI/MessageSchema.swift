import CRISpec
import JSONCoding

/// The shape of a message of CRI: checked by the message's own codec, described by its table of fields.
public struct MessageSchema: Sendable, Hashable {
    private let type: any ProtoMessage.Type

    init(_ type: any ProtoMessage.Type) { self.type = type }

    /// Under `components/schemas`: `CRI.PodSandboxConfig`.
    var name: String { "CRI.\(type.protoName)" }

    public static func == (left: MessageSchema, right: MessageSchema) -> Bool { left.name == right.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    var properties: [Schema.Property] {
        type.messageDescription.fields.map { field in
            let element: Schema =
                switch field.type {
                case .string: .string
                case .bool: .boolean
                case .int32: .integer(minimum: Int64(Int32.min), maximum: Int64(Int32.max))
                case .uint32: .integer(minimum: 0, maximum: Int64(UInt32.max))
                case .int64, .uint64: .wideInteger
                case .double: .wideNumber
                case .bytes: .formatted("byte")
                case .choice(_, let values): .choice(values)
                case .message(let type): .message(MessageSchema(type))
                }
            let schema: Schema =
                switch field.shape {
                case .single: element
                case .list: .array(of: element)
                case .map: .map(of: element)
                }
            return .optional(field.jsonName, schema, "`\(field.name)`\(field.isDeprecated ? "; deprecated" : "")")
        }
    }

    /// The first thing that is wrong.
    func violations(in node: JSONNode, path: String) -> [Schema.Violation] {
        do throws(ProtoProblem) {
            _ = try type.read(node, path)
            return []
        } catch {
            return [Schema.Violation(path: error.path, message: error.message)]
        }
    }
}
