import CLinux
import Glibc

/// What stat(2) says of a file.
public struct FileStatus: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case regular, directory, symbolicLink, characterDevice, blockDevice, fifo, socket, unknown
    }

    public var kind: Kind
    /// Permission bits with set-uid, set-gid and sticky: `0o7777` at most.
    public var permissions: UInt32
    public var userID: UInt32
    public var groupID: UInt32
    /// Bytes.
    public var size: Int64
    /// Bytes that it takes up on its file system: less than `size` where it has holes.
    public var allocated: Int64
    public var device: UInt64
    public var inode: UInt64
    public var linkCount: UInt64
    /// The device that a device node stands for.
    public var representedDevice: UInt64
    public var modified: Timestamp

    init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        case S_IFCHR: kind = .characterDevice
        case S_IFBLK: kind = .blockDevice
        case S_IFIFO: kind = .fifo
        case S_IFSOCK: kind = .socket
        default: kind = .unknown
        }
        permissions = UInt32(status.st_mode & 0o7777)
        userID = status.st_uid
        groupID = status.st_gid
        size = Int64(status.st_size)
        // In units of 512 bytes, whatever the block size (inode(7)).
        allocated = Int64(status.st_blocks) * 512
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        linkCount = UInt64(status.st_nlink)
        representedDevice = UInt64(status.st_rdev)
        modified = Timestamp(seconds: Int64(status.st_mtim.tv_sec), nanoseconds: Int64(status.st_mtim.tv_nsec))
    }
}
