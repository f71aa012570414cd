import Glibc
import Linux

extension IDRange {
    /// The user to whom the host's files give ids for pods: the kubelet's, as tools for it set it up.
    private static let owner = "kubelet"

    /// What /etc/subuid and /etc/subgid (subuid(5)), as texts, give to kubelet; nil where they give nothing. Throws where they
    /// give something that pods cannot have: others may have been given the rest.
    public static func subordinate(users: String, groups: String) throws(SystemError) -> IDRange? {
        let (users, groups) = (line(of: users), line(of: groups))
        if users == nil && groups == nil { return nil }
        guard let users, users == groups else {
            throw SystemError(call: "subid", errno: EINVAL, subject: "\(owner) has not the same ids in /etc/subuid and /etc/subgid")
        }
        let fields = users.split(separator: ":", omittingEmptySubsequences: false)
        let parts = fields.compactMap { UInt32($0) }
        guard fields.count == 2, parts.count == 2, parts[0] >= IDRange.countOfPod, parts[1] >= IDRange.countOfPod,
            UInt64(parts[0]) + UInt64(parts[1]) < 1 << 32
        else { throw SystemError(call: "subid", errno: EINVAL, subject: "/etc/subuid gives \(owner) the ids \(users)") }
        return IDRange(first: parts[0], count: parts[1])
    }

    private static func line(of file: String) -> Substring? {
        file.split(separator: "\n").first { $0.hasPrefix(owner + ":") }?.dropFirst(owner.count + 1)
    }
}
