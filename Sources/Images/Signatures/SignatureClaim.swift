import JSONCoding
import OCISpec

/// What a signature says (containers-signature(5)): that these bytes are the image of that name.
public struct SignatureClaim: Sendable, Hashable {
    /// Which of the two kinds of signatures it is for.
    public enum Kind: String, Sendable {
        case simple = "atomic container signature"
        case sigstore = "cosign container image signature"
    }

    public var digest: Digest
    public var reference: String

    public init(digest: Digest, reference: String) {
        self.digest = digest
        self.reference = reference
    }

    /// Reads a claim whose signature is good. Nil where anything critical is missing, unknown or of another kind.
    public init?(_ bytes: [UInt8], _ kind: Kind) {
        // Of what is no claim nothing else is of interest.
        guard let root = try? JSON.parse(bytes), Self.has(root, ["critical", "optional"]),
            let critical = root["critical"], Self.has(critical, ["type", "image", "identity"]),
            critical["type"]?.stringValue == kind.rawValue,
            let image = critical["image"], Self.has(image, ["docker-manifest-digest"]),
            let identity = critical["identity"], Self.has(identity, ["docker-reference"]),
            let optional = root["optional"], optional.isNull || optional.members != nil,
            let text = image["docker-manifest-digest"]?.stringValue, let digest = try? Digest(text),
            let reference = identity["docker-reference"]?.stringValue
        else { return nil }
        self.init(digest: digest, reference: reference)
    }

    private static func has(_ node: JSONNode, _ keys: [String]) -> Bool { node.members.map { Set($0.map(\.key)) == Set(keys) } ?? false }

    /// What is signed. `seconds` since 1970.
    public func payload(_ kind: Kind, creator: String, seconds: Int64) -> [UInt8] {
        JSON.serialize([
            "critical": [
                "identity": ["docker-reference": JSONNode(reference)],
                "image": ["docker-manifest-digest": JSONNode(digest.description)],
                "type": JSONNode(kind.rawValue),
            ],
            "optional": ["creator": JSONNode(creator), "timestamp": JSONNode(seconds)],
        ])
    }
}
