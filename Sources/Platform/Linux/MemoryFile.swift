import CLinux

extension Descriptor {
    /// memfd_create(2): a file without a name that lives in memory, close-on-exec.
    public static func memoryFile(named name: String) throws(SystemError) -> Descriptor {
        // MFD_CLOEXEC is 1.
        Descriptor(owning: try retrying("memfd_create", name) { clinux_memfd_create(name, 1) })
    }
}
