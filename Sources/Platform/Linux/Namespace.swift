import CLinux
import Glibc

/// The kinds of namespaces(7).
public enum NamespaceKind: String, Sendable, Hashable, CaseIterable {
    case mount, uts, ipc, user, pid, network, cgroup, time

    /// The CLONE_NEW… flag.
    public var cloneFlag: Int32 {
        switch self {
        case .mount: CLINUX_CLONE_NEWNS
        case .uts: CLINUX_CLONE_NEWUTS
        case .ipc: CLINUX_CLONE_NEWIPC
        case .user: CLINUX_CLONE_NEWUSER
        case .pid: CLINUX_CLONE_NEWPID
        case .network: CLINUX_CLONE_NEWNET
        case .cgroup: CLINUX_CLONE_NEWCGROUP
        case .time: CLINUX_CLONE_NEWTIME
        }
    }

    /// The name under /proc/<pid>/ns.
    public var procName: String {
        switch self {
        case .mount: "mnt"
        case .network: "net"
        default: rawValue
        }
    }
}

/// unshare(2) and setns(2), for the calling thread.
public enum Namespace {
    /// Moves the calling thread into new namespaces.
    public static func unshare(_ kinds: [NamespaceKind]) throws(SystemError) {
        let flags = kinds.reduce(0) { $0 | $1.cloneFlag }
        try retrying("unshare", kinds.map(\.procName).joined(separator: "+")) { clinux_unshare(flags) }
    }

    /// Moves the calling thread into the namespace behind a descriptor (of /proc/<pid>/ns/… or a pin).
    public static func enter(_ descriptor: borrowing Descriptor, kind: NamespaceKind) throws(SystemError) {
        let number = descriptor.rawValue
        try retrying("setns", kind.procName) { clinux_setns(number, kind.cloneFlag) }
    }

    /// Runs a closure with the calling thread in another namespace, and comes back. Where there is no way back the process ends: what
    /// comes next would be done in the wrong place.
    ///
    /// - Parameter home: the thread's own, as `current` gives it.
    public static func within<Value>(
        _ namespace: borrowing Descriptor,
        kind: NamespaceKind,
        home: borrowing Descriptor,
        _ body: () -> Value
    ) throws(SystemError) -> Value {
        try enter(namespace, kind: kind)
        let value = body()
        do throws(SystemError) { try enter(home, kind: kind) } catch {
            fatalError("the way back to the thread's own namespace is lost: \(error)")
        }
        return value
    }

    /// The calling thread's own namespace.
    public static func current(_ kind: NamespaceKind) throws(SystemError) -> Descriptor {
        try Descriptor.open("/proc/thread-self/ns/\(kind.procName)", O_RDONLY)
    }

    /// Pins the calling thread's namespace to a path: an empty file with the namespace bind-mounted on it.
    public static func pinCurrent(_ kind: NamespaceKind, to path: String) throws(SystemError) {
        _ = try Descriptor.open(path, O_RDONLY | O_CREAT, mode: 0o444)
        try Mount.mount("/proc/thread-self/ns/\(kind.procName)", on: path, flags: .bind)
    }

    /// Removes a pin; the namespace ends with its last user. A pin that is not there is no error.
    public static func unpin(_ path: String) throws(SystemError) {
        do throws(SystemError) { try Mount.unmount(path, detach: true) } catch
            where error.errno == EINVAL || error.errno == ENOENT
        {}
        try FileSystem.removeFile(path)
    }
}
