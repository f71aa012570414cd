import Glibc
import Linux

/// Finds a command as execvp(3) would, from inside the container's root and as its user.
enum ExecutableLookup {
    static func find(_ command: String, environment: [String]) throws(RuntimeError) -> String {
        if command.utf8.contains(UInt8(ascii: "/")) {
            if let problem = problem(with: command) { throw error(problem, command) }
            return command
        }
        let path = environment.last { $0.hasPrefix("PATH=") }.map { String($0.dropFirst(5)) } ?? ""
        var denied = false
        for directory in path.split(separator: ":", omittingEmptySubsequences: false) {
            // An empty element is the working directory.
            let candidate = directory.isEmpty ? "./" + command : "\(directory)/\(command)"
            guard let problem = problem(with: candidate) else { return candidate }
            if problem == EACCES { denied = true }
        }
        if denied {
            throw RuntimeError(.commandNotExecutable, "exec: \"\(command)\": permission denied")
        }
        throw RuntimeError(.commandNotFound, "exec: \"\(command)\": executable file not found in $PATH")
    }

    /// The errno that executing would fail with; nil for none.
    private static func problem(with path: String) -> Int32? {
        var status = stat()
        if stat(path, &status) == -1 { return errno }
        if status.st_mode & S_IFMT == S_IFDIR { return EISDIR }
        // EPERM, ENOSYS: a filter that holds already does not let us ask. execve(2) will tell.
        if faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == -1, errno != EPERM, errno != ENOSYS { return errno }
        return nil
    }

    /// The words by which callers of OCI runtimes tell what went wrong.
    static func error(_ errno: Int32, _ command: String) -> RuntimeError {
        switch errno {
        case ENOENT, ENOTDIR:
            RuntimeError(.commandNotFound, "exec: \"\(command)\": stat \(command): no such file or directory")
        case EISDIR: RuntimeError(.commandNotExecutable, "exec: \"\(command)\": is a directory: permission denied")
        case EACCES: RuntimeError(.commandNotExecutable, "exec: \"\(command)\": permission denied")
        default:
            RuntimeError(
                .commandNotExecutable,
                "exec: \"\(command)\": \(SystemError.text(of: errno).lowercased())"
            )
        }
    }
}
