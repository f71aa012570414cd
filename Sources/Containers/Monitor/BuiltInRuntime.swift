import ContainerRuntime
import Glibc
import Linux
import Synchronization

/// The OCI runtime in this process: agent → monitor → container is one exec.
struct BuiltInRuntime {
    private let engine: ContainerEngine
    private let options: MonitorOptions
    private let warnings = WarningList()

    /// Reads the flags that the runtime's own program would get.
    init(_ options: MonitorOptions) throws(MonitorFailure) {
        self.options = options
        if options.runtime.usesSystemdCgroup {
            throw MonitorFailure("create", "--systemd-cgroup is not served by the built-in runtime")
        }
        var root: String?
        var arguments = options.runtime.arguments[...]
        while let argument = arguments.popFirst() {
            if argument.hasPrefix("--root=") {
                root = String(argument.dropFirst("--root=".count))
            } else if argument == "--root", let value = arguments.popFirst() {
                root = value
            } else {
                throw MonitorFailure("create", "--runtime-arg \(argument) is not served by the built-in runtime")
            }
        }
        let warnings = warnings
        var configuration = RuntimeConfiguration { warnings.add($0) }
        if let root {
            configuration = RuntimeConfiguration(root: root) { warnings.add($0) }
        }
        engine = ContainerEngine(configuration: configuration)
    }

    /// Makes the container and starts it where the monitor owns its life; gives its first process, a child of ours.
    func create(_ streams: borrowing ContainerStreams, _ console: TerminalSocket?) throws(MonitorFailure) -> pid_t {
        var launch = LaunchOptions(
            streams: StandardStreams(
                input: streams.containerInput.rawValue,
                output: streams.containerOutput.rawValue,
                error: streams.containerError.rawValue
            )
        )
        if let console { launch.console = .descriptor(console.far) }
        for option in options.runtime.switches + options.runtime.options {
            switch option {
            case "--no-pivot": launch.noPivot = true
            case "--no-new-keyring": launch.noNewKeyring = true
            default: throw MonitorFailure("create", "--runtime-opt \(option) is not served by the built-in runtime")
            }
        }
        do throws(RuntimeError) {
            return try engine.create(
                id: options.container.id,
                bundle: options.container.bundle,
                options: launch,
                start: options.runtime.ownsLifecycle
            ).pid
        } catch {
            throw MonitorFailure("create", error.message)
        }
    }

    /// What went less well than asked.
    var warningTexts: [String] { warnings.texts }

    /// Kills what the first process left behind. Finding nothing is as good.
    func killAll() {
        try? engine.kill(id: options.container.id, signal: SIGKILL, all: true)
    }

    func delete() throws(MonitorFailure) {
        do throws(RuntimeError) {
            try engine.delete(id: options.container.id, force: true)
        } catch {
            throw MonitorFailure("delete", error.message)
        }
    }

    /// Whether the kernel killed a process of the container for want of memory. To be asked before `delete`.
    var hasOOMKill: Bool {
        // A container without a memory cgroup counts none.
        (try? engine.oomKillCount(id: options.container.id)) ?? 0 > 0
    }
}

/// What the runtime wants to be known.
private final class WarningList: Sendable {
    private let list = Mutex<[String]>([])

    var texts: [String] { list.withLock { $0 } }

    func add(_ text: String) { list.withLock { $0.append(text) } }
}
