import ContainerRuntime
import Glibc
import JSONCoding
import Linux
import OCISpec

/// `exec`: another process in a container.
struct ExecCommand {
    private let id: String
    private let arguments: [String]
    private var processFile: String?
    private var pidFile: String?
    private var pidfdSocket: String?
    private var options = LaunchOptions()
    private var detaches = false
    private var terminal: Bool?
    private var directory: String?
    private var environment: [String] = []
    private var capabilities: [String] = []
    private var user: String?
    private var groups: [UInt32] = []
    private var noNewPrivileges = false
    private var apparmor: String?
    private var label: String?

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        while let flag = try reader.nextFlag() {
            switch flag {
            case "--process", "-p": processFile = try reader.value()
            case "--pid-file": pidFile = try reader.value()
            case "--console-socket": options.console = .socket(path: try reader.value())
            case "--preserve-fds": options.preservedDescriptors = try reader.number()
            case "--detach", "-d": detaches = try reader.on()
            case "--tty", "-t": terminal = try reader.on()
            case "--cwd": directory = try reader.value()
            case "--env", "-e": environment.append(try reader.value())
            case "--cap", "-c": capabilities.append(try reader.value())
            case "--user", "-u": user = try reader.value()
            case "--additional-gids", "-g":
                let text = try reader.value()
                guard let group = UInt32(text) else { throw UsageError("\(reader.current): \"\(text)\" is no number") }
                groups.append(group)
            case "--no-new-privs": noNewPrivileges = try reader.on()
            case "--apparmor": apparmor = try reader.value()
            case "--no-subreaper": _ = try reader.on()
            case "--ignore-paused": options.ignoresPause = try reader.on()
            case "--pidfd-socket": pidfdSocket = try reader.value()
            case "--process-label": label = try reader.value()
            case "--cgroup": options.subgroups.append(try reader.value())
            default: throw reader.unknown()
            }
        }
        var operands = reader.operands()
        guard !operands.isEmpty else { throw UsageError("a container id is needed") }
        id = operands.removeFirst()
        if operands.first == "--" { operands.removeFirst() }
        arguments = operands
        if processFile == nil && arguments.isEmpty { throw UsageError("a command is needed, or --process") }
    }

    func run(_ global: GlobalOptions) throws -> Int32 {
        let engine = global.engine(sharingStreams: true)
        let process = try self.process(engine)
        var options = options
        options.passListenDescriptors()
        var proxy: TerminalProxy?
        if process.terminal == true, !detaches, options.console == nil {
            let made = try TerminalProxy()
            options.console = .descriptor(made.far)
            proxy = made
        }
        let launched = try engine.exec(id: id, process: process, options: options)
        if let pidFile { try PidFile.write(launched.pid, to: pidFile) }
        if let pidfdSocket { try launched.send(to: pidfdSocket) }
        return detaches ? 0 : try Foreground.wait(for: launched.handle, terminal: proxy)
    }

    /// The process: of the file, or the container's own with another command and what the flags say.
    private func process(_ engine: ContainerEngine) throws -> RuntimeSpec.Process {
        if let processFile {
            let bytes = try FileSystem.read(processFile, limit: 16 << 20)
            do { return try JSON.decode(RuntimeSpec.Process.self, from: bytes) } catch {
                throw UsageError("\(processFile): \(error)")
            }
        }
        guard var process = try engine.process(id: id) else { throw UsageError("the container has no process") }
        process.args = arguments
        process.terminal = terminal ?? false
        process.consoleSize = nil
        if let directory { process.cwd = directory }
        for entry in environment {
            let name = entry.prefix { $0 != "=" } + "="
            process.env = (process.env ?? []).filter { !$0.hasPrefix(name) } + [entry]
        }
        if let user { process.user = try parse(user: user, groups: process.user?.additionalGids) }
        let ownGroups = process.user?.additionalGids ?? []
        if !groups.isEmpty { process.user?.additionalGids = ownGroups + groups }
        if noNewPrivileges { process.noNewPrivileges = true }
        if let apparmor { process.apparmorProfile = apparmor }
        if let label { process.selinuxLabel = label }
        if !capabilities.isEmpty {
            var sets = process.capabilities ?? RuntimeSpec.Process.Capabilities()
            sets.bounding = (sets.bounding ?? []) + capabilities
            sets.effective = (sets.effective ?? []) + capabilities
            sets.permitted = (sets.permitted ?? []) + capabilities
            process.capabilities = sets
        }
        return process
    }

    private func parse(user: String, groups: [UInt32]?) throws(UsageError) -> RuntimeSpec.Process.User {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard let uid = UInt32(parts[0]), parts.count <= 2 else {
            throw UsageError("--user is UID or UID:GID in numbers, not \"\(user)\"")
        }
        guard parts.count == 2 else { return RuntimeSpec.Process.User(uid: uid, additionalGids: groups) }
        guard let gid = UInt32(parts[1]) else {
            throw UsageError("--user is UID or UID:GID in numbers, not \"\(user)\"")
        }
        return RuntimeSpec.Process.User(uid: uid, gid: gid, additionalGids: groups)
    }
}
