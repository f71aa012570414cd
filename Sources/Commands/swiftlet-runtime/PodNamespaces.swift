import Glibc
import Linux

/// Makes and pins the namespaces of a pod with users of its own, for the agent: a process with threads cannot make a user
/// namespace.
///
///     swiftlet-runtime pod-namespaces DIRECTORY HOSTNAME FIRST COUNT KIND…
struct PodNamespaces {
    static let command = "pod-namespaces"

    private let directory: String
    private let hostname: String
    private let users: IDRangeMapping
    private let kinds: [NamespaceKind]

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        let operands = reader.operands()
        guard operands.count > 4, let first = UInt32(operands[2]), let count = UInt32(operands[3]) else {
            throw UsageError("\(Self.command) wants a directory, a host name, the first id, a count, and kinds of namespaces")
        }
        directory = operands[0]
        hostname = operands[1]
        users = IDRangeMapping(inside: 0, outside: first, count: count)
        var kinds: [NamespaceKind] = []
        for name in operands.dropFirst(4) {
            guard let kind = NamespaceKind.allCases.first(where: { $0.procName == name }) else {
                throw UsageError("\"\(name)\" is no kind of namespace")
            }
            kinds.append(kind)
        }
        self.kinds = kinds
    }

    /// Whatever is pinned there already is replaced: namespaces of which some are missing have no owner in common.
    func run() throws(SystemError) {
        try FileSystem.makeDirectories(directory, mode: 0o700)
        for kind in kinds { try Namespace.unpin(path(kind)) }
        let holder = try NamespaceHolder.make(
            users: [users],
            groups: [users],
            kinds: kinds.filter { $0 != .user },
            hostname: kinds.contains(.uts) ? hostname : nil
        )
        for kind in kinds { try holder.pin(kind, to: path(kind)) }
    }

    private func path(_ kind: NamespaceKind) -> String { "\(directory)/\(kind.procName)" }
}
