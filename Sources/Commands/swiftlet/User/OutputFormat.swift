import AgentAPI
import ArgumentParser
import JSONCoding
import YAMLCoding

/// `-o`: how a result is shown. Nil stands for the table.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case wide, json, yaml, name

    /// An object on its own, as a document.
    func document(_ node: JSONNode) -> [UInt8] {
        self == .yaml ? YAML.serialize(node) : JSON.serialize(node, style: .pretty) + [UInt8(ascii: "\n")]
    }

    /// One object of a stream: a line of JSON, or a YAML document.
    func streamed(_ node: JSONNode) -> [UInt8] {
        self == .yaml
            ? Array("---\n".utf8) + YAML.serialize(node)
            : JSON.serialize(node) + [UInt8(ascii: "\n")]
    }

    /// Several objects in Kubernetes' wrapper.
    static func list(_ items: [JSONNode]) -> JSONNode {
        ["apiVersion": "v1", "kind": "List", "items": JSONNode(.array(items))]
    }

    /// A value as a node; what the agent sent can be written again.
    static func node<Value: Encodable>(_ value: Value) throws(Fault) -> JSONNode {
        do { return try JSON.node(from: value) } catch {
            throw Fault(.internalError, "the result cannot be encoded: \(error)")
        }
    }
}

struct OutputOptions: ParsableArguments {
    @Option(name: [.customShort("o"), .long], help: "Show it as a wide table, JSON, YAML or names.")
    var output: OutputFormat?
}
