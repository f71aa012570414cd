/// A Kubernetes v1 Secret: bytes by key, for pods of its namespace.
///
/// Not `Codable`, and its description, its debug description and its mirror tell keys only: whatever prints a value that
/// holds one (a log line, a failed expectation) does not print what is secret.
public struct Secret: Sendable, Hashable {
    /// The type of a Secret of which nothing is known.
    public static let opaque = "Opaque"

    public var metadata: ObjectMeta
    public var type: String
    /// `data`, decoded, with `stringData` put over it.
    public var data: [String: [UInt8]]
    /// Whether the content never changes.
    public var isImmutable: Bool

    /// Creates a Secret.
    public init(metadata: ObjectMeta, type: String = Secret.opaque, data: [String: [UInt8]] = [:]) {
        self.metadata = metadata
        self.type = type
        self.data = data
        isImmutable = false
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        let keys = data.keys.sorted().joined(separator: ", ")
        return "Secret \(metadata.namespace)/\(metadata.name) (\(keys))"
    }

    public var debugDescription: String { description }

    public var customMirror: Mirror { Mirror(self, children: ["keys": data.keys.sorted()]) }
}
