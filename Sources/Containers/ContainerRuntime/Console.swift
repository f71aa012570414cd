import CLinux
import Glibc
import Linux
import OCISpec

/// A pseudo terminal made from the container's own devpts, whose master goes to whoever runs the container.
enum Console {
    private static let devptsMagic: Int64 = 0x1CD1

    /// Makes the terminal, sends its master to `socket`, and puts it on the standard streams and, in a new container, on
    /// /dev/console.
    static func attach(
        process: RuntimeSpec.Process,
        in root: borrowing ContainerRoot,
        socket: Int32,
        bindsConsole: Bool
    ) throws(RuntimeError) {
        let user = process.user?.uid ?? 0
        try step("make the terminal") { () throws(SystemError) in
            let master = try Descriptor.open(inRoot: root.descriptor.rawValue, "/dev/pts/ptmx", O_RDWR | O_NOCTTY)
            guard clinux_filesystem_type(master.rawValue) == devptsMagic else {
                throw SystemError(call: "open", errno: ENOTTY, subject: "/dev/pts/ptmx is not of devpts")
            }
            let number = master.rawValue
            // TIOCSPTLCK; then TIOCGPTPEER opens the slave without going through a path that the image could fake.
            var unlocked: Int32 = 0
            try retrying("ioctl", "TIOCSPTLCK") { clinux_ioctl_pointer(number, 0x4004_5431, &unlocked) }
            let slave = Descriptor(
                owning: try retrying("ioctl", "TIOCGPTPEER") {
                    clinux_ioctl_int(number, 0x5441, O_RDWR | O_NOCTTY | O_CLOEXEC)
                }
            )
            if let size = process.consoleSize {
                var window = winsize(
                    ws_row: UInt16(clamping: size.height),
                    ws_col: UInt16(clamping: size.width),
                    ws_xpixel: 0,
                    ws_ypixel: 0
                )
                // TIOCSWINSZ
                try retrying("ioctl", "TIOCSWINSZ") { clinux_ioctl_pointer(number, 0x5414, &window) }
            }
            let terminal = slave.rawValue
            // -1 leaves the group, which devpts has set by its mount option.
            try retrying("fchown", "terminal") { fchown(terminal, user, gid_t.max) }
            if bindsConsole {
                let target = try root.open("/dev/console", makingDirectory: false, mode: 0o600)
                try DetachedMount.bind(slave).attach(on: target, subject: "/dev/console")
            }
            let name = Array("/dev/ptmx".utf8)
            try retrying("sendmsg", "console socket") { clinux_send_descriptor(socket, number, name, UInt(name.count)) }
            for standard: Int32 in 0...2 { try retrying("dup2", "terminal") { dup2(terminal, standard) } }
            // TIOCSCTTY; the process leads a session of its own.
            try retrying("ioctl", "TIOCSCTTY") { clinux_ioctl_int(0, 0x540E, 0) }
        }
    }

    /// A connection to whoever wants the master of a process's terminal; nil for a process without one.
    static func connect(_ plan: ProcessPlan) throws(RuntimeError) -> Descriptor? {
        guard plan.process.terminal == true else { return nil }
        let path: String
        switch plan.options.console {
        case nil: return nil
        case .descriptor(let number):
            return try step("take the console") { () throws(SystemError) in
                Descriptor(owning: try retrying("dup", "console") { clinux_fcntl_int(number, F_DUPFD_CLOEXEC, 3) })
            }
        case .socket(let given): path = given
        }
        return try step("connect to the console socket") { () throws(SystemError) in
            let socket = try UnixSocket.make(type: Int32(SOCK_STREAM.rawValue))
            try UnixSocket.connect(socket, to: path)
            return socket
        }
    }
}
