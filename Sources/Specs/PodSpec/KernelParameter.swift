/// A kernel parameter by its name, as `sysctls` of a pod have it.
public struct KernelParameter: Sendable, Hashable {
    /// The namespaces of a pod that have parameters of their own.
    public enum Namespace: Sendable, Hashable {
        case network
        case ipc
    }

    /// With dots between its parts; a dot inside of a part (an interface's name) has become a slash.
    public let name: String

    /// Takes both forms: `net.ipv4.conf.eth0/1.forwarding` and `net/ipv4/conf/eth0.1/forwarding` are one, as for sysctl(8):
    /// whichever separator comes first is the separator.
    public init(_ text: String) {
        let first = text.first { $0 == "." || $0 == "/" }
        guard first == "/" else {
            name = text
            return
        }
        name = String(text.map { $0 == "/" ? "." : $0 == "." ? "/" : $0 })
    }

    /// The path below /proc/sys.
    public var path: String { String(name.map { $0 == "." ? "/" : $0 == "/" ? "." : $0 }) }

    /// The namespace that it belongs to; nil where it is the machine's.
    public var namespace: Namespace? {
        if name.hasPrefix("net.") { return .network }
        if name.hasPrefix("fs.mqueue.") || name.hasPrefix("kernel.shm") || name.hasPrefix("kernel.msg") { return .ipc }
        return name == "kernel.sem" ? .ipc : nil
    }

    /// Whether a pod may set it without being allowed to: what can do no harm to the machine or to other pods. The list of
    /// Kubernetes 1.36.
    public var isSafe: Bool { Self.safe.contains(name) }

    private static let safe: Set<String> = [
        "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem",
    ]

    /// Whether a pattern of the agent's configuration has it: a name, or the beginning of one and `*`.
    public func matches(_ pattern: String) -> Bool {
        guard pattern.hasSuffix("*") else { return KernelParameter(pattern).name == name }
        return name.hasPrefix(KernelParameter(String(pattern.dropLast())).name)
    }

    /// The API server's rule: parts of `a-z`, digits, `-` and `_` with neither of those at an end, at most 253 bytes.
    static func isName(_ text: String) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        return text.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }
            .allSatisfy { part in
                guard let first = part.first, let last = part.last else { return false }
                return isAlphanumeric(first) && isAlphanumeric(last)
                    && part.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
