import Linux
import OCISpec

/// The `linux.sysctl` of a container: only parameters that belong to a namespace of its own, as any other is the host's.
struct KernelParameters: Sendable {
    private let values: [(path: String, value: String)]

    init(_ sysctl: [String: String]?, namespaces: NamespacePlan) throws(RuntimeError) {
        var values: [(String, String)] = []
        for (name, value) in (sysctl ?? [:]).sorted(by: { $0.key < $1.key }) {
            // Both separators are in use; a slash is kept where a name has a dot in it (net/ipv4/conf/eth0.1/…).
            let path = name.contains("/") ? name : String(name.map { $0 == "." ? "/" : $0 })
            guard !path.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }), !path.hasPrefix("/") else {
                throw RuntimeError(.invalidConfiguration, "linux.sysctl has \"\(name)\", which is no parameter")
            }
            guard let kind = Self.namespace(of: path) else {
                throw RuntimeError(.invalidConfiguration, "linux.sysctl \(name) is not in a separate kernel namespace")
            }
            guard namespaces.kinds.contains(kind) else {
                throw RuntimeError(
                    .invalidConfiguration,
                    "linux.sysctl \(name) needs a \(kind.rawValue) namespace of the container's own"
                )
            }
            values.append((path, value))
        }
        self.values = values
    }

    private static func namespace(of path: String) -> RuntimeSpec.Linux.Namespace.Kind? {
        if path.hasPrefix("net/") { return .network }
        if path.hasPrefix("fs/mqueue/") { return .ipc }
        switch path {
        case "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall", "kernel/shmmax",
            "kernel/shmmni", "kernel/shm_rmid_forced":
            return .ipc
        case "kernel/domainname": return .uts
        default: return nil
        }
    }

    /// Writes them; the calling process is in the container's namespaces, and sees them through any procfs.
    func apply() throws(RuntimeError) {
        for (path, value) in values {
            try step("set sysctl \(path)") { () throws(SystemError) in
                try ProcessFiles.writeParameter(path, value)
            }
        }
    }
}
