/// A Kubernetes v1 ConfigMap: texts and bytes by key, for pods of its namespace.
public struct ConfigMap: Sendable, Hashable {
    public var metadata: ObjectMeta
    /// Texts; what variables can take their values from.
    public var data: [String: String]
    /// Bytes, decoded; only volumes have them. No key of `data` is one of these.
    public var binaryData: [String: [UInt8]]
    /// Whether the content never changes.
    public var isImmutable: Bool

    /// Creates a ConfigMap.
    public init(metadata: ObjectMeta, data: [String: String] = [:], binaryData: [String: [UInt8]] = [:]) {
        self.metadata = metadata
        self.data = data
        self.binaryData = binaryData
        isImmutable = false
    }

    /// What a volume of it holds: both kinds of values.
    public var files: [String: [UInt8]] {
        binaryData.merging(data.mapValues { Array($0.utf8) }) { bytes, _ in bytes }
    }
}
