import CLinux
import Glibc
import Linux
import OCISpec

/// What the process of `create` and that of `exec` do alike.
struct ChildSetup {
    let plan: ProcessPlan
    let channel: StatusChannel.Borrowed
    /// What else of the runtime's is open until the program begins.
    var startSocket: Int32?

    /// Leaves everything of the runtime's behind that is a process's own: descriptors, session, signals, keyring.
    func detach(console: Int32?) throws(RuntimeError) {
        try step("leave the runtime") { () throws(SystemError) in
            setsid()
            var none = sigset_t()
            sigemptyset(&none)
            sigprocmask(SIG_SETMASK, &none, nil)
            // An ignored signal stays ignored over exec.
            for number in 1...64 where number != SIGKILL && number != SIGSTOP { signal(Int32(number), SIG_DFL) }
            try placeStreams()
            let first = UInt32(3 + plan.options.preservedDescriptors)
            try retrying("close_range") { clinux_close_range(first, UInt32.max, CLINUX_CLOSE_RANGE_CLOEXEC) }
            if !plan.options.noNewKeyring {
                // The session keyring may hold keys of the host's user. ENOSYS: a kernel without keys.
                if clinux_join_session_keyring() == -1 && errno != ENOSYS && errno != EPERM {
                    throw SystemError.last("keyctl", "KEYCTL_JOIN_SESSION_KEYRING")
                }
            }
        }
    }

    private func placeStreams() throws(SystemError) {
        let given = [plan.options.streams.input, plan.options.streams.output, plan.options.streams.error]
        if given == [0, 1, 2] { return }
        // One's source may be another's target.
        var copies: [Int32] = []
        for number in given {
            copies.append(try retrying("dup", "stream \(number)") { clinux_fcntl_int(number, F_DUPFD_CLOEXEC, 10) })
        }
        for (target, copy) in copies.enumerated() {
            try retrying("dup2", "stream \(target)") { dup2(copy, Int32(target)) }
            close(copy)
        }
    }

    /// Gives the standard streams to the container's user, who could not open /dev/stdout again otherwise.
    ///
    /// - Parameter mappings: those of the user namespace that the user is to be in, for a process that is not yet, and whose
    ///   streams are still where the runtime was given them.
    func giveStreams(to mappings: [RuntimeSpec.IDMapping]? = nil) {
        let user = mappings.map { $0.hostID(of: plan.identity.user) } ?? plan.identity.user
        // -1 leaves the group as it is.
        let group = mappings == nil ? plan.identity.group : gid_t.max
        guard let user, user != 0, plan.process.terminal != true else { return }
        let given = plan.options.streams
        for stream in mappings == nil ? [0, 1, 2] : [given.input, given.output, given.error] {
            var status = stat()
            guard fstat(stream, &status) == 0 else { continue }
            let kind = status.st_mode & S_IFMT
            // Devices (the null device) belong to everybody; a pipe or file on a foreign file system may refuse.
            if kind == S_IFIFO || kind == S_IFREG || kind == S_IFSOCK { _ = fchown(stream, user, group) }
        }
    }

    /// From the host's rights to those of the container's user; afterwards the process is in its working directory.
    func becomeUser() throws(RuntimeError) {
        giveStreams()
        let missing = try plan.identity.assume { () throws(RuntimeError) in
            try plan.attributes.applyLimits(warn: warn)
            try loadNotifyingFilter()
            // Without no_new_privs a filter can only be loaded with CAP_SYS_ADMIN, so now or never.
            if filtersEarly {
                try closeOthers(than: kept)
                try loadFilter()
            }
        }
        if !missing.isEmpty { warn("the runtime itself has not got \(missing.joined(separator: ", "))") }
        try enterWorkingDirectory()
    }

    /// Whether the program's filter holds for the runtime's own last steps: profiles that are older than close_range(2) and
    /// faccessat2(2) are in use.
    private var filtersEarly: Bool { plan.seccomp != nil && !plan.identity.noNewPrivileges && plan.listener == nil }

    private var kept: [Int32] { [channel.number] + (startSocket.map { [$0] } ?? []) }

    private func enterWorkingDirectory() throws(RuntimeError) {
        let path = plan.process.cwd
        try step("enter the working directory") { () throws(SystemError) in
            try retrying("chdir", path) { chdir(path) }
            // A directory that is not below the root has a name that does not begin with a slash.
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            if clinux_getcwd(&buffer, UInt(buffer.count)) == -1 || buffer[0] != CChar(UInt8(ascii: "/")) {
                throw SystemError(call: "chdir", errno: EPERM, subject: "\(path) is outside of the container")
            }
        }
    }

    private func forbidNewPrivileges() throws(RuntimeError) {
        try step("set no_new_privs") { () throws(SystemError) in
            try retrying("prctl(PR_SET_NO_NEW_PRIVS)") { clinux_prctl(CLINUX_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }
        }
    }

    /// A filter that notifies is loaded while the runtime is there to take its listener, with the runtime's rights still held.
    func loadNotifyingFilter() throws(RuntimeError) {
        guard let program = plan.seccomp, plan.listener != nil else { return }
        if plan.identity.noNewPrivileges { try forbidNewPrivileges() }
        let number = try step("load the seccomp filter") { () throws(SystemError) in try program.load(listening: true) }
        guard let number else { return }
        try channel.send(listener: number)
        close(number)
    }

    private func loadFilter() throws(RuntimeError) {
        guard let program = plan.seccomp else { return }
        try step("load the seccomp filter") { () throws(SystemError) in try program.load() }
    }

    /// The process's environment, with HOME where the configuration has none.
    func environment() -> [String] {
        var environment = plan.process.env ?? []
        if !environment.contains(where: { $0.hasPrefix("HOME=") }) {
            environment.append("HOME=" + HomeDirectory.find(of: plan.identity.user))
        }
        let listening = plan.options.listenDescriptors
        if listening > 0 {
            // sd_listen_fds(3) looks for its own number, and the process does not know ours before.
            environment += ["LISTEN_FDS=\(listening)", "LISTEN_PID=\(getpid())"]
            if let names = getenv("LISTEN_FDNAMES") { environment.append("LISTEN_FDNAMES=" + String(cString: names)) }
        }
        return environment
    }

    /// The last step: nothing may come between the filter and the program.
    ///
    /// - Parameter errors: the line for a failure.
    func execute(
        _ path: String,
        environment: [String],
        errors: StatusChannel.Borrowed
    ) throws(RuntimeError) {
        let arguments = plan.process.args ?? [path]
        var argv = arguments.map { strdup($0) }
        argv.append(nil)
        var envp = environment.map { strdup($0) }
        envp.append(nil)
        if filtersEarly {
            // The others are closed, and the filter may not know how to close many.
            for number in kept where number != errors.number { close(number) }
        } else {
            try closeOthers(than: [errors.number])
        }
        if plan.identity.noNewPrivileges && plan.listener == nil {
            try forbidNewPrivileges()
            try loadFilter()
        }
        execve(path, argv, envp)
        let code = errno
        let name = arguments.first ?? path
        if code == ENOENT {
            // The file is there: what is missing is the interpreter that it names.
            throw RuntimeError(.commandNotFound, "exec: \"\(name)\": no such file or directory")
        }
        throw ExecutableLookup.error(code, name)
    }

    /// Closes what is the runtime's. Close-on-exec comes too late: execve(2) walks the program's path first, and one such
    /// as /proc/self/fd/7/../bin/sh leads by a folder of the host that is still open to the host's files (CVE-2024-21626).
    private func closeOthers(than kept: [Int32]) throws(RuntimeError) {
        try step("close the runtime's descriptors") { () throws(SystemError) in
            var first = UInt32(3 + plan.options.preservedDescriptors)
            for number in kept.map(UInt32.init).sorted() where number >= first {
                if number > first { try retrying("close_range") { clinux_close_range(first, number - 1, 0) } }
                first = number + 1
            }
            try retrying("close_range") { clinux_close_range(first, UInt32.max, 0) }
        }
    }

    func warn(_ message: String) {
        // A warning that cannot be told must not end the container.
        try? channel.send(warning: message)
    }
}
