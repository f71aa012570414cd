import Glibc
import Linux

/// Settings under /proc/sys/net, of the network namespace in which the calling thread is.
enum Sysctl {
    /// Writes a setting unless it has the value. An `optional` one may be missing: a kernel without IPv6.
    static func write(_ name: String, _ value: String, optional: Bool = false) throws(SystemError) {
        let path = "/proc/sys/net/\(name)"
        do throws(SystemError) {
            // What is right already may lie on a read-only /proc.
            if try FileSystem.readText(path) == value { return }
            try FileSystem.writeKernelFile(path, value)
        } catch  where optional && error.errno == ENOENT {}
    }
}
