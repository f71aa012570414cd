import OCISpec

/// A layer of an image: its blob, the digest of what is in it, and its name upon the layers below.
public struct BuiltLayer: Sendable, Hashable, Codable {
    public var blob: ContentDescriptor
    public var diffID: Digest
    public var chainID: Digest

    public init(blob: ContentDescriptor, diffID: Digest, chainID: Digest) {
        self.blob = blob
        self.diffID = diffID
        self.chainID = chainID
    }

    /// The chain identifier of a layer upon another; nil for the lowest one.
    public static func chainID(of diffID: Digest, upon below: Digest?) -> Digest {
        below.map { Digest.sha256(of: "\($0) \(diffID)".utf8) } ?? diffID
    }

    var items: [Journal.Item] { [.blob(blob.digest), .layer(chainID)] }
}
