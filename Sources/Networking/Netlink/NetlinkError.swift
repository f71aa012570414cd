import CNetlink
import Linux

/// A netlink request that the kernel refused, or that could not be exchanged with it.
public struct NetlinkError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was asked, as rtnetlink(7) names it: `RTM_NEWLINK`.
    public var operation: String
    /// What it was about: an interface, an address, a table.
    public var subject: String
    /// The error number.
    public var errno: Int32
    /// The kernel's own explanation (extended acknowledgement), where it gave one.
    public var explanation: String?

    /// Makes an error.
    public init(operation: String, subject: String, errno: Int32, explanation: String? = nil) {
        self.operation = operation
        self.subject = subject
        self.errno = errno
        self.explanation = explanation
    }

    /// An error of libnl's own (negative `NLE_…`).
    init(operation: String, subject: String, libraryCode: Int32) {
        self.init(
            operation: operation,
            subject: subject,
            errno: libraryCode == -NLE_NOMEM ? 12 : 5,
            explanation: String(cString: nl_geterror(libraryCode))
        )
    }

    public var description: String {
        let reason = SystemError.text(of: errno)
        return "\(operation)(\(subject)): \(reason)" + (explanation.map { ": \($0)" } ?? "")
    }
}
