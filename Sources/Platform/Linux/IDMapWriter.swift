import Glibc

/// Writes the id maps of a new user namespace (user_namespaces(7)): by oneself where one may, else by the tools that have
/// the right to (newuidmap(1), newgidmap(1)).
enum IDMapWriter {
    static func write(users: [IDRangeMapping], groups: [IDRangeMapping], of pid: pid_t) throws(SystemError) {
        do throws(SystemError) {
            try FileSystem.writeKernelFile("/proc/\(pid)/uid_map", text(users))
        } catch where error.errno == EPERM {
            try run("newuidmap", pid, users)
        }
        do throws(SystemError) {
            try FileSystem.writeKernelFile("/proc/\(pid)/gid_map", text(groups))
        } catch where error.errno == EPERM {
            // One's own group alone may be mapped once nobody can drop groups any more (setgroups(2)).
            if groups.count == 1, groups[0].count == 1, groups[0].outside == getegid() {
                try FileSystem.writeKernelFile("/proc/\(pid)/setgroups", "deny")
                try FileSystem.writeKernelFile("/proc/\(pid)/gid_map", text(groups))
            } else {
                try run("newgidmap", pid, groups)
            }
        }
    }

    private static func run(_ name: String, _ pid: pid_t, _ mappings: [IDRangeMapping]) throws(SystemError) {
        guard let path = ["/usr/bin/\(name)", "/bin/\(name)"].first(where: FileSystem.exists) else {
            throw SystemError(call: name, errno: ENOENT, subject: "needed to map ids without being root")
        }
        let arguments = ["\(pid)"] + mappings.flatMap { ["\($0.inside)", "\($0.outside)", "\($0.count)"] }
        let tool = try ChildProcess(executable: path, arguments: arguments).spawn([2: 2])
        guard try tool.wait() == .exited(0) else {
            throw SystemError(call: name, errno: EPERM, subject: arguments.joined(separator: " "))
        }
    }

    private static func text(_ mappings: [IDRangeMapping]) -> String {
        mappings.map { "\($0.inside) \($0.outside) \($0.count)\n" }.joined()
    }
}
