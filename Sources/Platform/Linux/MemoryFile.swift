import CLinux

extension Descriptor {
    /// memfd_create(2): a file without a name that lives in memory, close-on-exec.
    public static func memoryFile(named name: String) throws(SystemError) -> Descriptor {
        // MFD_CLOEXEC is 1.
        Descriptor(owning: try retrying("memfd_create", name) { clinux_memfd_create(name, 1) })
    }

    /// A memory file that `sealMemoryFile` works on.
    public static func sealableMemoryFile(named name: String) throws(SystemError) -> Descriptor {
        // MFD_CLOEXEC is 1, MFD_ALLOW_SEALING 2.
        Descriptor(owning: try retrying("memfd_create", name) { clinux_memfd_create(name, 3) })
    }

    /// From now on nobody can write to the file, change its size, or lift that (fcntl(2), F_ADD_SEALS).
    public borrowing func sealMemoryFile() throws(SystemError) {
        let number = rawValue
        // F_ADD_SEALS is 1033; F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE are the lowest four bits.
        try retrying("fcntl", "F_ADD_SEALS") { clinux_fcntl_int(number, 1033, 0xF) }
    }
}
