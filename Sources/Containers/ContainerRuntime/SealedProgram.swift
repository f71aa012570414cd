import CLinux
import Glibc
import Linux

/// The runtime's own program, out of the reach of what it starts.
///
/// Until it executes the container's program, a container's process is a copy of this one, and `/proc/<pid>/exe` leads to
/// this program's file on the host; an image may also have `/proc/self/exe` executed. Through that link a container's root
/// could write the file as soon as nobody runs it, and the host would execute what it wrote (CVE-2019-5736). So the
/// program runs itself once more from a mount of its own file that is read-only and in nobody's tree. `swiftlet-runtime` has
/// done that when it gets here (`CSealedStart`); then this is the check.
public enum SealedProgram {
    /// Returns in a program that is sealed. To be called before anything else is done: the process begins anew.
    ///
    /// - Parameter arguments: the command line, the program's name first.
    public static func enter(_ arguments: [String]) throws(RuntimeError) {
        do throws(SystemError) { try seal(arguments) } catch {
            // Who is not root has no right over root's file that a container could take from it.
            if error.errno == EPERM && RuntimeConfiguration.hasNoHostRights { return }
            throw RuntimeError(.failed, "seal the runtime's program: \(error)")
        }
    }

    private static func seal(_ arguments: [String]) throws(SystemError) {
        let program = try Descriptor.open("/proc/self/exe", CLINUX_O_PATH)
        if try isReadOnly(program) {
            // Executed by descriptor, it has a number for its name. PR_SET_NAME is 15.
            let name = FileSystem.split(arguments.first ?? "swiftlet-runtime").name
            name.withCString { _ = clinux_prctl(15, UInt(bitPattern: $0), 0, 0, 0) }
            return
        }
        let sealed = try DetachedMount.bind(program)
        try Mount.setAttributes(of: sealed.descriptor, set: .readOnly)
        // Once more and for ever, if it were not.
        guard try isReadOnly(sealed.descriptor) else {
            throw SystemError(call: "mount_setattr", errno: EROFS, subject: "/proc/self/exe")
        }
        var argv = arguments.map { strdup($0) }
        argv.append(nil)
        _ = clinux_execute_descriptor(sealed.descriptor.rawValue, &argv, environ)
        throw .last("execveat", "/proc/self/exe")
    }

    /// Whether nothing can be written through the mount that a file was opened by.
    private static func isReadOnly(_ file: borrowing Descriptor) throws(SystemError) -> Bool {
        var status = statvfs()
        let number = file.rawValue
        try retrying("fstatvfs", "/proc/self/exe") { fstatvfs(number, &status) }
        // ST_RDONLY
        return status.f_flag & 1 != 0
    }
}
