import CLinux
import Glibc

/// Starts programs by posix_spawn(3), the only way that a program with threads may.
public struct ChildProcess: Sendable {
    /// The program's path; there is no search along PATH.
    public var executable: String
    /// Arguments without the program's own name.
    public var arguments: [String]
    /// `NAME=value`; nil passes our own environment on.
    public var environment: [String]?
    public var workingDirectory: String?
    /// A session of its own (setsid): signals of our terminal do not reach it.
    public var newSession = false

    public init(
        executable: String,
        arguments: [String],
        environment: [String]? = nil,
        workingDirectory: String? = nil,
        newSession: Bool = false
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.newSession = newSession
    }

    /// Starts it with the given descriptors placed at the given numbers; all others are closed in the child and all
    /// signals are at their default. Standard streams that are not named go to /dev/null.
    ///
    /// The child is ours to reap: `ProcessHandle.wait()`.
    public func spawn(_ descriptors: [Int32: Int32] = [:]) throws(SystemError) -> ProcessHandle {
        let null = try Descriptor.open("/dev/null", O_RDWR)
        var placed = descriptors
        for standard: Int32 in 0...2 where placed[standard] == nil { placed[standard] = null.rawValue }
        let targets = placed.keys.sorted()
        let sources = targets.map { placed[$0] ?? null.rawValue }

        var argv = ([executable] + arguments).map { strdup($0) }
        argv.append(nil)
        var envp: [UnsafeMutablePointer<CChar>?]? = environment?.map { strdup($0) }
        envp?.append(nil)
        defer {
            argv.forEach { free($0) }
            envp?.forEach { free($0) }
        }
        var pid: pid_t = 0
        let error =
            if var envp {
                clinux_spawn(
                    &pid, executable, &argv, &envp, sources, targets, Int32(targets.count), newSession ? 1 : 0,
                    workingDirectory)
            } else {
                clinux_spawn(
                    &pid, executable, &argv, environ, sources, targets, Int32(targets.count), newSession ? 1 : 0,
                    workingDirectory)
            }
        if error != 0 { throw SystemError(call: "posix_spawn", errno: error, subject: executable) }
        // A child of ours keeps its number until we reap it, so this cannot open another process.
        return try ProcessHandle(pid: pid)
    }
}
