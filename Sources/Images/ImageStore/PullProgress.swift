import OCISpec

/// What happens to one layer of an image that is being fetched.
public struct PullProgress: Sendable, Hashable, Identifiable {
    public enum State: String, Sendable, Hashable {
        case waiting
        case downloading
        case extracting
        case done
        /// It was there already.
        case exists
    }

    public var id: Digest { layer }
    /// The digest of the layer's blob.
    public var layer: Digest
    public var state: State
    /// How many of the blob's bytes have come.
    public var bytes: Int64
    /// How many there are.
    public var total: Int64
}
