import Glibc
import Linux
import OCISpec

/// The `linux.sysctl` of a container: only parameters that belong to a namespace of its own, as any other is the host's.
struct KernelParameters: Sendable {
    private let values: [(path: String, value: String, namespace: RuntimeSpec.Linux.Namespace.Kind)]

    /// - Parameter domainName: `domainname`, which says the same thing as a parameter.
    init(_ sysctl: [String: String]?, namespaces: NamespacePlan, domainName: String? = nil) throws(RuntimeError) {
        var values: [(String, String, RuntimeSpec.Linux.Namespace.Kind)] = []
        for (name, value) in (sysctl ?? [:]).sorted(by: { $0.key < $1.key }) {
            // Both separators are in use; a slash is kept where a name has a dot in it (net/ipv4/conf/eth0.1/…).
            let path = name.contains("/") ? name : String(name.map { $0 == "." ? "/" : $0 })
            guard !path.split(separator: "/").contains(where: { $0 == ".." || $0 == "." }), !path.hasPrefix("/") else {
                throw RuntimeError(.invalidConfiguration, "linux.sysctl has \"\(name)\", which is no parameter")
            }
            if path == "kernel/domainname", let domainName, !domainName.isEmpty, domainName != value {
                throw RuntimeError(.invalidConfiguration, "linux.sysctl \(name) contradicts domainname")
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
            values.append((path, value, kind))
        }
        self.values = values
    }

    private init(_ values: [(path: String, value: String, namespace: RuntimeSpec.Linux.Namespace.Kind)]) {
        self.values = values
    }

    /// Writes those of some namespaces, and answers those that the calling process may not: some are of who owns the
    /// namespace, some of the host's root, and it is not the same on every kernel.
    func applyPermitted(
        of belongs: (RuntimeSpec.Linux.Namespace.Kind) -> Bool
    ) throws(RuntimeError) -> KernelParameters {
        var left: [(path: String, value: String, namespace: RuntimeSpec.Linux.Namespace.Kind)] = []
        for (path, value, namespace) in values where belongs(namespace) {
            do throws(SystemError) { try ProcessFiles.writeParameter(path, value) } catch {
                guard error.errno == EACCES || error.errno == EPERM else {
                    throw RuntimeError(.failed, "set sysctl \(path): \(error)")
                }
                left.append((path, value, namespace))
            }
        }
        return KernelParameters(left)
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

    /// Writes those of some namespaces; the calling process is in them, and sees its own through any procfs.
    func apply(of belongs: (RuntimeSpec.Linux.Namespace.Kind) -> Bool = { _ in true }) throws(RuntimeError) {
        for (path, value, namespace) in values where belongs(namespace) {
            try step("set sysctl \(path)") { () throws(SystemError) in
                try ProcessFiles.writeParameter(path, value)
            }
        }
    }
}
