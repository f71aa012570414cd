import CLinux
import Glibc
import Linux

/// Sockets that a service manager gave to whoever started us, for the container (sd_listen_fds(3)): numbers 3 and up, counted by
/// LISTEN_FDS and meant for the process that LISTEN_PID names. Here that is the runtime.
struct ListenSockets {
    private let count: Int32

    /// Nil where there are none.
    init?(_ runtime: MonitorOptions.Runtime) {
        guard let text = getenv("LISTEN_FDS"), let count = Int32(String(cString: text)), count > 0, count < 1024 else { return nil }
        // Those of somebody else are not to be given away: podman's name its own pid, which is our parent's.
        let owner = getenv("LISTEN_PID").flatMap { pid_t(String(cString: $0)) }
        guard runtime.replacesListenPid || owner == getpid() || owner == getppid() else { return nil }
        self.count = count
    }

    /// Runs the runtime with them to its end. LISTEN_PID is the pid of the program itself, which no one knows before it is there:
    /// it goes there by way of this program (`becomeListener`).
    func run(_ path: String, _ arguments: [String], _ descriptors: [Int32: Int32]) throws(SystemError) -> ExitStatus {
        var placed = descriptors
        for number in 3..<(3 + count) { placed[number] = number }
        return try ChildProcess(
            executable: "/proc/self/exe",
            arguments: ["--become-listener", path] + arguments
        ).runToEnd(placed)
    }

    /// Sets LISTEN_PID to this process's pid and becomes the program that the command line goes on with. Returns on failure only.
    static func becomeListener(_ command: [String]) -> Int32 {
        guard let program = command.first else { return 127 }
        setenv("LISTEN_PID", "\(getpid())", 1)
        var argv = command.map { strdup($0) }
        argv.append(nil)
        _ = execv(program, &argv)
        return 127
    }
}
