import CLinux
import Glibc

/// A range of ids of a user namespace and the ids of the parent namespace that they stand for (user_namespaces(7)).
public struct IDRangeMapping: Sendable, Hashable {
    public var inside: UInt32
    public var outside: UInt32
    public var count: UInt32

    public init(inside: UInt32, outside: UInt32, count: UInt32) {
        self.inside = inside
        self.outside = outside
        self.count = count
    }
}

/// A process that does nothing but be in a new user namespace, and in others that belong to it, until they are opened or
/// pinned. It ends with the value, or with its maker.
///
/// A process with several threads cannot make a user namespace (unshare(2)), and the child is a copy of its maker: only for
/// programs with one thread.
public struct NamespaceHolder: ~Copyable {
    private let process: ProcessHandle
    /// Its other end is the child's, which ends when this one does.
    private let lifeline: Descriptor

    /// - Parameters:
    ///   - users: the ids that users of the new namespace stand for; `groups` those of its groups.
    ///   - kinds: namespaces that are to belong to the new user namespace.
    ///   - hostname: set in a new UTS namespace.
    public static func make(
        users: [IDRangeMapping],
        groups: [IDRangeMapping],
        kinds: [NamespaceKind] = [],
        hostname: String? = nil
    ) throws(SystemError) -> NamespaceHolder {
        let pair = try Descriptor.socketPair(type: Int32(SOCK_SEQPACKET.rawValue))
        let (ours, theirs) = (pair.first.release(), pair.second.release())
        var pidfd: Int32 = -1
        let pid = clinux_clone3(UInt64(UInt32(bitPattern: CLINUX_CLONE_NEWUSER)), SIGCHLD, &pidfd, -1)
        if pid == 0 {
            close(ours)
            hold(theirs, kinds, hostname)
        }
        let code = errno
        close(theirs)
        let lifeline = Descriptor(owning: ours)
        guard pid > 0 else { throw SystemError(call: "clone3", errno: code, subject: "user namespace") }
        let holder = NamespaceHolder(
            process: ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd)),
            lifeline: lifeline
        )
        try IDMapWriter.write(users: users, groups: groups, of: pid)
        try say(0, ours)
        let answer = try hear(ours)
        guard answer == 0 else {
            let names = kinds.map(\.procName).joined(separator: "+")
            throw SystemError(call: "unshare", errno: answer ?? ESRCH, subject: names)
        }
        return holder
    }

    private init(process: consuming ProcessHandle, lifeline: consuming Descriptor) {
        self.process = process
        self.lifeline = lifeline
    }

    deinit {
        // A child of ours that nobody else knows: it is there until it is waited for.
        try? process.signal(SIGKILL)
        _ = try? process.wait()
    }

    /// The new namespace of a kind.
    public borrowing func open(_ kind: NamespaceKind) throws(SystemError) -> Descriptor {
        try Descriptor.open(path(kind), O_RDONLY)
    }

    /// Pins the new namespace of a kind to a path, as `Namespace.pinCurrent` does.
    public borrowing func pin(_ kind: NamespaceKind, to pin: String) throws(SystemError) {
        _ = try Descriptor.open(pin, O_RDONLY | O_CREAT, mode: 0o444)
        try Mount.mount(path(kind), on: pin, flags: .bind)
    }

    private borrowing func path(_ kind: NamespaceKind) -> String { "/proc/\(process.pid)/ns/\(kind.procName)" }

    /// The child. It does nothing before its ids are mapped: its namespaces would have an owner without a number.
    private static func hold(_ line: Int32, _ kinds: [NamespaceKind], _ hostname: String?) -> Never {
        do throws(SystemError) {
            guard try hear(line) == 0 else { _exit(1) }
            if !kinds.isEmpty { try Namespace.unshare(kinds) }
            if let hostname { try retrying("sethostname", hostname) { sethostname(hostname, hostname.utf8.count) } }
            try say(0, line)
            _ = try hear(line)
        } catch {
            // Without a maker there is nobody to tell.
            try? say(error.errno, line)
        }
        _exit(0)
    }

    private static func say(_ number: Int32, _ line: Int32) throws(SystemError) {
        var number = number
        try retrying("send", "namespace holder") { send(line, &number, 4, Int32(MSG_NOSIGNAL)) }
    }

    /// Nil where the other side has ended.
    private static func hear(_ line: Int32) throws(SystemError) -> Int32? {
        var number: Int32 = 0
        return try retrying("recv", "namespace holder") { recv(line, &number, 4, 0) } == 4 ? number : nil
    }
}
