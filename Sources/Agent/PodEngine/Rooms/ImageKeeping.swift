/// An image that lies in the store.
public struct KeptImage: Sendable, Hashable {
    /// The digest of its manifest: what `imageID` of a container status shows.
    public var identifier: String
    /// The normalised references by which it is found; none for one whose tag has moved on.
    public var names: [String]

    public init(identifier: String, names: [String]) {
        self.identifier = identifier
        self.names = names
    }
}

/// How full a file system is.
public struct DiskUsage: Sendable, Hashable {
    /// Bytes.
    public var capacity: Int64
    /// Bytes that anybody may still write: what only root may does not count, as df(1) has it.
    public var available: Int64

    public init(capacity: Int64, available: Int64) {
        self.capacity = capacity
        self.available = available
    }

    /// 0…100.
    public var usedPercent: Int64 {
        guard capacity > 0 else { return 0 }
        return 100 - Int64((Double(available) / Double(capacity) * 100).rounded(.down))
    }
}

/// The room of images, as far as it is about keeping its disk from filling up.
public protocol ImageKeeping: Sendable {
    /// Everything that a name leads to.
    func images() async throws(ImageFailure) -> [KeptImage]

    /// Removes an image under all its names, with what no other image needs.
    ///
    /// - Parameter mounted: folders of layers that containers have mounted: they stay in any case.
    func remove(_ image: KeptImage, sparing mounted: Set<String>) async throws(ImageFailure)

    /// A reference as `KeptImage.names` have it.
    func normalized(_ reference: String) -> String

    /// The file system on which images and layers are.
    func diskUsage() throws(ImageFailure) -> DiskUsage
}
