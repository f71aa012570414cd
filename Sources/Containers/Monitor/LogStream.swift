/// Which of a container's two output streams a log entry came from.
public enum LogStream: Sendable, Hashable {
    case stdout, stderr

    /// The word in a CRI log line.
    var name: StaticString {
        switch self {
        case .stdout: "stdout"
        case .stderr: "stderr"
        }
    }
}
