import Glibc

extension FileSystem {
    /// The size of the file system that a path is on, and how much of it anybody may still write (statvfs(3)), in bytes.
    public static func usage(of path: String) throws(SystemError) -> (capacity: Int64, available: Int64) {
        var status = statvfs()
        try retrying("statvfs", path) { statvfs(path, &status) }
        // f_frsize is what the block counts are in.
        let unit = UInt64(status.f_frsize)
        return (
            capacity: Int64(clamping: UInt64(status.f_blocks).multipliedReportingOverflow(by: unit).partialValue),
            available: Int64(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: unit).partialValue)
        )
    }

    /// How many inodes the file system that a path is on has, and how many of them are free (statvfs(3)). Both are 0 where it
    /// makes them as they are needed (btrfs).
    public static func inodes(of path: String) throws(SystemError) -> (capacity: Int64, available: Int64) {
        var status = statvfs()
        try retrying("statvfs", path) { statvfs(path, &status) }
        return (capacity: Int64(clamping: UInt64(status.f_files)), available: Int64(clamping: UInt64(status.f_favail)))
    }
}
