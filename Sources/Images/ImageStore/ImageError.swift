import Archive
import OCISpec
import Registry

/// Something that could not be done with an image.
public struct ImageError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is, for those who decide what to do about it.
    public enum Kind: String, Sendable {
        case invalidReference
        /// Neither the registry nor the store has it.
        case notFound
        case unreachable
        case unauthorized
        /// Bytes that are not what their digest or size says.
        case digestMismatch
        /// Manifest, configuration or layer cannot be used.
        case invalidImage
        /// No image for this platform.
        case noMatchingPlatform
        /// The policy about signatures does not let it in.
        case signatureRefused
        case diskFull
        case registryFailure
        /// The store itself failed: permissions, input and output.
        case storage
    }

    public var kind: Kind
    /// The image that it was about.
    public var image: String
    public var message: String

    public init(_ kind: Kind, image: String, message: String) {
        self.kind = kind
        self.image = image
        self.message = message
    }

    public var description: String {
        message.contains(image) ? message : "image \(image): \(message)"
    }
}
