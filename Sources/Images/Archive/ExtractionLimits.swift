/// How much a layer may ask for. What is beyond ends the extraction with an error that says which limit it was.
public struct ExtractionLimits: Sendable, Hashable {
    /// Bytes of the uncompressed archive.
    public var archiveBytes: Int64 = 64 << 30
    /// Bytes of one file, holes included.
    public var fileBytes: Int64 = 64 << 30
    /// Number of entries.
    public var entries = 4_000_000
    /// Uncompressed bytes for each compressed one, once the archive is larger than `ratioFrom`. Gzip reaches 1032 with
    /// zeros; real layers stay below 20.
    public var ratio: Int64 = 300
    /// Size of the uncompressed archive from which on the ratio counts.
    public var ratioFrom: Int64 = 1 << 30
    /// Bytes of an extended header: long names, extended attributes.
    public var headerBytes: Int64 = 1 << 20

    public init() {}
}
