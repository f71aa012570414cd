import ContainerRuntime
import Glibc
import Linux

/// `create` and `run`.
struct CreateCommand {
    enum Kind { case create, run }

    private let kind: Kind
    private let id: String
    private var bundle = "."
    private var configuration: String?
    private var pidFile: String?
    private var pidfdSocket: String?
    private var options = LaunchOptions()
    private var detaches = false
    private var keeps = false

    init(_ reader: inout ArgumentReader, kind: Kind) throws(UsageError) {
        self.kind = kind
        var operands: [String] = []
        // crun takes flags behind the id as well.
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--bundle", "-b": bundle = try reader.value()
            case "--config", "-f": configuration = try reader.value()
            case "--pid-file": pidFile = try reader.value()
            case "--console-socket": options.console = .socket(path: try reader.value())
            case "--pidfd-socket": pidfdSocket = try reader.value()
            case "--preserve-fds": options.preservedDescriptors = try reader.number()
            case "--no-pivot": options.noPivot = try reader.on()
            case "--no-new-keyring": options.noNewKeyring = try reader.on()
            case "--no-subreaper": _ = try reader.on()
            case "--detach", "-d":
                guard kind == .run else { throw reader.unknown() }
                detaches = try reader.on()
            case "--keep":
                guard kind == .run else { throw reader.unknown() }
                keeps = try reader.on()
            default: throw reader.unknown()
            }
        }
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        id = operands[0]
    }

    func run(_ global: GlobalOptions) throws -> Int32 {
        let engine = global.engine(sharingStreams: true)
        var options = options
        options.passListenDescriptors()
        var terminal: TerminalProxy?
        if kind == .run && !detaches && options.console == nil {
            let proxy = try TerminalProxy()
            options.console = .descriptor(proxy.far)
            terminal = proxy
        }
        let process = try engine.create(
            id: id,
            bundle: bundle,
            configuration: configuration ?? "config.json",
            options: options,
            start: kind == .run
        )
        do {
            if let pidFile { try PidFile.write(process.pid, to: pidFile) }
            if let pidfdSocket { try process.send(to: pidfdSocket) }
        } catch {
            // The caller learns of no process, so there must be none.
            try? engine.delete(id: id, force: true)
            throw error
        }
        if kind == .create || detaches { return 0 }
        let status = try Foreground.wait(for: process.handle, terminal: terminal)
        if !keeps { try global.engine.delete(id: id, force: true) }
        return status
    }
}

/// The file by which a caller learns a process's number.
enum PidFile {
    static func write(_ pid: Int32, to path: String) throws(SystemError) {
        try FileSystem.writeAtomically(path, Array("\(pid)".utf8), durable: false)
    }
}
