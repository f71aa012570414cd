import AgentAPI
import JSONCoding

/// An event of whatever subscription, for whoever only shows it.
public struct RawEvent: APIValue {
    public var node: JSONNode

    public init(from decoder: any Decoder) throws { node = try JSONNode(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try node.encode(to: encoder) }

    public static let schema = Schema.foreign(description: "Any event.", link: "https://spec.open-rpc.org/")
}
