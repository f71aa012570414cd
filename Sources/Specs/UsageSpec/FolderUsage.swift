/// What the files below a folder take up.
public struct FolderUsage: Codable, Sendable, Hashable {
    public var usedBytes: Int64
    public var usedInodes: Int64

    public init(usedBytes: Int64, usedInodes: Int64) {
        self.usedBytes = usedBytes
        self.usedInodes = usedInodes
    }

    public static func + (a: FolderUsage, b: FolderUsage) -> FolderUsage {
        FolderUsage(usedBytes: a.usedBytes &+ b.usedBytes, usedInodes: a.usedInodes &+ b.usedInodes)
    }
}

/// How full a file system is.
public struct FileSystemUsage: Codable, Sendable, Hashable {
    public var capacityBytes: Int64
    public var availableBytes: Int64
    /// 0 where the file system makes inodes as it needs them.
    public var inodes: Int64
    public var freeInodes: Int64

    public init(capacityBytes: Int64, availableBytes: Int64, inodes: Int64, freeInodes: Int64) {
        self.capacityBytes = capacityBytes
        self.availableBytes = availableBytes
        self.inodes = inodes
        self.freeInodes = freeInodes
    }
}
