import Glibc
import Linux

/// The namespaces that the containers of a pod share. No process keeps them: they are pinned by bind mounts
/// `<directory>/net`, `ipc` and `uts`.
public enum PodNamespaces {
    /// The kinds that a pod can have of its own. With `hostNetwork` it has the host's network and the host's name.
    public static let kinds: Set<NamespaceKind> = [.network, .ipc, .uts]
    /// What may be pinned: also the PID namespace of a process that holds it for the pod, and the user namespace that owns all
    /// others.
    private static let pinnable = kinds.union([.pid, .user])

    /// Makes and pins the namespaces that are not pinned yet; those that are stay as they are.
    ///
    /// The work is done on a thread that ends with it, so nothing else ever runs in them.
    public static func create(
        _ kinds: Set<NamespaceKind>,
        in directory: String,
        hostname: String
    ) async throws(SystemError) {
        precondition(kinds.isSubset(of: Self.kinds), "a kind of namespace that pods do not share")
        try await FreshThread.run(named: "namespaces") { () throws(SystemError) in
            try createHere(kinds, in: directory, hostname: hostname)
        }
    }

    /// The same on the calling thread, which is in the new namespaces afterwards.
    package static func createHere(
        _ kinds: Set<NamespaceKind>,
        in directory: String,
        hostname: String
    ) throws(SystemError) {
        try FileSystem.makeDirectories(directory, mode: 0o700)
        let missing = NamespaceKind.allCases.filter { kinds.contains($0) && !isPinned($0, in: directory) }
        guard !missing.isEmpty else { return }
        try Namespace.unshare(missing)
        // Before the pin: a pinned namespace is a finished one.
        if missing.contains(.uts) {
            try retrying("sethostname", hostname) { sethostname(hostname, hostname.utf8.count) }
        }
        for kind in missing { try Namespace.pinCurrent(kind, to: path(kind, directory)) }
    }

    /// Pins the PID namespace that a process is in, in the place of an earlier one. It ends with its first process all the
    /// same; but its number cannot come to mean another process's then.
    public static func pinProcesses(of pid: pid_t, in directory: String) throws(SystemError) {
        let path = path(.pid, directory)
        try Namespace.unpin(path)
        try FileSystem.write(path, [], mode: 0o444)
        try Mount.mount("/proc/\(pid)/ns/pid", on: path, flags: .bind)
    }

    /// The kinds that are pinned there.
    public static func pinned(in directory: String) -> Set<NamespaceKind> {
        pinnable.filter { isPinned($0, in: directory) }
    }

    /// Unpins what is pinned there and removes the folder. Nothing there is no error. Goes on after a failure and throws
    /// the first.
    public static func remove(in directory: String) throws(SystemError) {
        var failure: SystemError?
        for kind in NamespaceKind.allCases where pinnable.contains(kind) {
            do throws(SystemError) { try Namespace.unpin(path(kind, directory)) } catch { failure = failure ?? error }
        }
        do throws(SystemError) { try FileSystem.removeDirectory(directory) } catch { failure = failure ?? error }
        if let failure { throw failure }
    }

    /// Where a kind is pinned.
    public static func path(_ kind: NamespaceKind, _ directory: String) -> String { "\(directory)/\(kind.procName)" }

    private static func isPinned(_ kind: NamespaceKind, in directory: String) -> Bool {
        Namespace.isPinned(path(kind, directory))
    }
}
