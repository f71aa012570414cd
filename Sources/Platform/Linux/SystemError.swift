import CLinux
import Glibc

/// A system call that failed: what was called, on what, and the errno it gave.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call, as its manual page names it: `openat2`, `mount`.
    public var call: String
    /// The error number of errno(3).
    public var errno: Int32
    /// What the call was about: a path, `source → target`, a pid. May be empty.
    public var subject: String

    public init(call: String, errno: Int32, subject: String = "") {
        self.call = call
        self.errno = errno
        self.subject = subject
    }

    /// The error that the last call on this thread left in errno. Take it on the very next line.
    public static func last(_ call: String, _ subject: String = "") -> SystemError {
        SystemError(call: call, errno: Glibc.errno, subject: subject)
    }

    /// `call(subject): text of strerror`.
    public var description: String {
        "\(call)(\(subject)): \(message)"
    }

    /// The text of the error number alone.
    public var message: String { SystemError.text(of: errno) }

    /// The text that strerror(3) has for an error number.
    public static func text(of errno: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            guard let start = buffer.baseAddress else { return "errno \(errno)" }
            guard strerror_r(errno, start, buffer.count) == 0 else { return "errno \(errno)" }
            return String(cString: start)
        }
    }
}

/// Repeats a call that a signal interrupted, and turns −1 into a `SystemError`.
@discardableResult
public func retrying<Result: SignedInteger>(
    _ call: @autoclosure () -> String,
    _ subject: @autoclosure () -> String = "",
    _ body: () -> Result
) throws(SystemError) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let code = errno
        if code != EINTR { throw SystemError(call: call(), errno: code, subject: subject()) }
    }
}
