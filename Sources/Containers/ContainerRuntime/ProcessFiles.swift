import CLinux
import Glibc
import Linux

/// Files of /proc that are about the calling process.
///
/// They are opened only below a folder that was seen to be procfs: writes to a fake /proc would leave a container less
/// confined than its configuration says, without anybody noticing.
enum ProcessFiles {
    /// Writes to /proc/self/<name>.
    static func write(_ name: String, _ text: String) throws(SystemError) {
        try write(path: "self/" + name, text)
    }

    /// Writes to /proc/sys/<name>.
    static func writeParameter(_ name: String, _ text: String) throws(SystemError) {
        try write(path: "sys/" + name, text)
    }

    private static func write(path: String, _ text: String) throws(SystemError) {
        let proc = try Descriptor.open("/proc", CLINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW)
        guard clinux_filesystem_type(proc.rawValue) == Int64(CLINUX_PROC_SUPER_MAGIC) else {
            throw SystemError(call: "open", errno: EPERM, subject: "/proc is not procfs")
        }
        // Nothing may be mounted on the way (RESOLVE_NO_XDEV); `self` is a symlink, but not a magic one.
        let file = try Descriptor.open(
            inRoot: proc.rawValue,
            path,
            O_WRONLY | O_NOFOLLOW,
            resolve: CLINUX_RESOLVE_NO_XDEV
        )
        do throws(SystemError) { try file.writeAll(Array(text.utf8)) } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: "/proc/\(path)")
        }
    }
}
