import Linux

/// Why something with a container did not work.
public enum MonitorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The container could not be made or started; the runtime's own words.
    case startFailed(id: String, reason: String)
    /// The monitor itself died or did not keep to its protocol.
    case monitorFailed(id: String, reason: String)
    /// Nobody has started or adopted a container of that name here.
    case unknownContainer(id: String)
    /// A monitor for that name is alive.
    case alreadyRunning(id: String)
    /// The container has no process any more.
    case notRunning(id: String)
    /// The runtime could not run a program in the container; its own words.
    case execFailed(id: String, reason: String)
    /// The runtime could not remove what is left of the container; its own words.
    case removeFailed(id: String, reason: String)
    /// A file of the run directory does not say what it should.
    case badRecord(path: String, reason: String)
    case system(SystemError)
    /// The task was cancelled. A container that was being started may be half there: remove it.
    case cancelled

    public var description: String {
        switch self {
        case .startFailed(let id, let reason): "container \(id) could not be started: \(reason)"
        case .monitorFailed(let id, let reason): "monitor of container \(id): \(reason)"
        case .unknownContainer(let id): "container \(id) is not known here"
        case .alreadyRunning(let id): "container \(id) has a monitor already"
        case .notRunning(let id): "container \(id) is not running"
        case .execFailed(let id, let reason): "exec in container \(id): \(reason)"
        case .removeFailed(let id, let reason): "container \(id) could not be removed: \(reason)"
        case .badRecord(let path, let reason): "\(path): \(reason)"
        case .system(let error): error.description
        case .cancelled: "cancelled"
        }
    }
}

/// Runs system calls and gives their errors the module's own type.
func system<Result: ~Copyable>(_ body: () throws(SystemError) -> Result) throws(MonitorError) -> Result {
    do throws(SystemError) {
        return try body()
    } catch {
        throw .system(error)
    }
}
