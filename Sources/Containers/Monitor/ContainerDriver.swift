import Glibc
import Linux

/// Who makes, starts and removes the container: the runtime in this process or a program.
enum ContainerDriver {
    case builtIn(BuiltInRuntime)
    case external(ExternalRuntime)

    init(_ options: MonitorOptions) throws(MonitorFailure) {
        if let path = options.runtime.path {
            self = .external(ExternalRuntime(path: path, options: options))
        } else {
            self = .builtIn(try BuiltInRuntime(options))
        }
    }

    /// Makes the container up to the point where its own program would begin; gives its first process, a child of ours.
    func create(_ streams: borrowing ContainerStreams) throws(MonitorFailure) -> pid_t {
        switch self {
        case .builtIn(let runtime): try runtime.create(streams)
        case .external(let runtime): try runtime.create(streams)
        }
    }

    /// Lets its program begin.
    func start() throws(MonitorFailure) {
        switch self {
        case .builtIn(let runtime): try runtime.start()
        case .external(let runtime): try runtime.start()
        }
    }

    /// Kills what its first process left behind. Finding nothing is as good.
    func killAll() {
        switch self {
        case .builtIn(let runtime): runtime.killAll()
        case .external(let runtime): runtime.killAll()
        }
    }

    /// Removes its state and cgroup; idempotent.
    func delete() throws(MonitorFailure) {
        switch self {
        case .builtIn(let runtime): try runtime.delete()
        case .external(let runtime): try runtime.delete()
        }
    }
}
