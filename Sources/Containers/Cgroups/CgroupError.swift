import Linux

/// Why something about a control group failed.
public enum CgroupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A call failed; the subject is the file and, for a limit, the value.
    case system(SystemError)
    /// The machine has no hierarchy with this controller, and a limit of it was asked for.
    case noController(String)
    /// A value that no kernel would take, refused before anything is written.
    case invalid(String)
    /// Processes are left in the group, so that it cannot be removed.
    case busy(path: String, processes: [Int32])
    /// The machine has no control groups at all.
    case none

    public var description: String {
        switch self {
        case .system(let error): "\(error)"
        case .noController(let name): "cgroup controller \(name) is not available"
        case .invalid(let message): message
        case .busy(let path, let processes):
            "cgroup \(path) is in use by processes \(processes.prefix(8).map(String.init).joined(separator: ", "))"
        case .none: "no cgroup hierarchy is mounted"
        }
    }
}

/// Runs a body that makes system calls and passes its failure on as a `CgroupError`.
func system<Result>(_ body: () throws(SystemError) -> Result) throws(CgroupError) -> Result {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}
