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

    /// Makes the container; gives its first process, a child of ours. With `--start` the built-in runtime lets its program
    /// begin as well: one step less.
    func create(_ streams: borrowing ContainerStreams, _ console: TerminalSocket?) throws(MonitorFailure) -> pid_t {
        switch self {
        case .builtIn(let runtime): try runtime.create(streams, console)
        case .external(let runtime): try runtime.create(streams, console)
        }
    }

    /// What went less well than asked while it was made.
    var warnings: [String] {
        switch self {
        case .builtIn(let runtime): runtime.warningTexts
        case .external: []
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
