import Linux

/// Why a seccomp section does not become a filter.
public enum SeccompError: Error, Sendable, Hashable, CustomStringConvertible {
    case system(SystemError)
    /// libseccomp refused something; `errno` is its return value, positive.
    case library(call: String, errno: Int32, subject: String)
    case unsupported(String)

    public var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .library(let call, let errno, let subject): "\(call)(\(subject)): \(SystemError.text(of: errno))"
        case .unsupported(let message): message
        }
    }
}
