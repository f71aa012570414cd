import CLinux
import Glibc
import Linux

extension PodNamespaces {
    /// A kernel parameter (`/proc/sys/<path>`) of a pod's network or IPC namespace.
    public struct Parameter: Sendable, Hashable {
        public var kind: NamespaceKind
        public var path: String
        public var value: String

        public init(_ kind: NamespaceKind, _ path: String, _ value: String) {
            self.kind = kind
            self.path = path
            self.value = value
        }
    }

    /// Sets parameters of namespaces that are pinned in a folder. The first that the kernel does not take is thrown; those
    /// before it stay set.
    ///
    /// The work is done on a thread that ends with it: it is in the pod's namespaces.
    public static func setParameters(_ parameters: [Parameter], in directory: String) async throws(SystemError) {
        if parameters.isEmpty { return }
        try await FreshThread.run(named: "parameters") { () throws(SystemError) in
            try setParametersHere(parameters, in: directory)
        }
    }

    /// The same on the calling thread, which is in the namespaces afterwards, and may be another user.
    package static func setParametersHere(_ parameters: [Parameter], in directory: String) throws(SystemError) {
        // Where the namespace was not entered the parameter would be the machine's.
        for kind in Set(parameters.map(\.kind)) {
            let path = path(kind, directory)
            guard Namespace.isPinned(path) else { throw SystemError(call: "setns", errno: ENOENT, subject: path) }
            try Namespace.enter(try Descriptor.open(path, O_RDONLY), kind: kind)
        }
        let proc = try Descriptor.open("/proc", CLINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW)
        guard clinux_filesystem_type(proc.rawValue) == Int64(CLINUX_PROC_SUPER_MAGIC) else {
            throw SystemError(call: "open", errno: EPERM, subject: "/proc is not procfs")
        }
        // /proc/sys shows each thread the parameters of its own namespaces.
        for parameter in parameters {
            do throws(SystemError) {
                do throws(SystemError) { try set(parameter, proc) } catch where error.errno == EACCES {
                    // Parameters of an IPC namespace that a user namespace owns are that one's root's (ipc_permissions(), by the
                    // effective user and not by capabilities). The thread stays him: what follows belongs to the same namespaces.
                    let file = try Descriptor.open(inRoot: proc.rawValue, "sys/" + parameter.path, CLINUX_O_PATH | O_NOFOLLOW)
                    let owner = try file.status().userID
                    if owner == 0 { throw error }
                    try retrying("setresuid", "\(owner)") { clinux_setresuid(owner) }
                    try set(parameter, proc)
                }
            } catch {
                throw SystemError(call: error.call, errno: error.errno, subject: "/proc/sys/\(parameter.path)")
            }
        }
    }

    private static func set(_ parameter: Parameter, _ proc: borrowing Descriptor) throws(SystemError) {
        let file = try Descriptor.open(
            inRoot: proc.rawValue,
            "sys/" + parameter.path,
            O_WRONLY | O_NOFOLLOW,
            resolve: CLINUX_RESOLVE_NO_XDEV
        )
        try file.writeAll(Array(parameter.value.utf8))
    }
}
