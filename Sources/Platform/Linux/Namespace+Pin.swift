import CLinux

extension Namespace {
    /// Whether a namespace is mounted at a path, and not just the empty file that it would be mounted on.
    public static func isPinned(_ path: String) -> Bool {
        clinux_statfs_type(path) == 0x6E73_6673  // NSFS_MAGIC
    }
}
