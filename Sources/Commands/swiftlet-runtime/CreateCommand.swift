import ContainerRuntime

/// `create` and `run`.
struct CreateCommand {
    enum Kind { case create, run }

    private let kind: Kind
    private let id: String
    private var configuration: String?
    private var launch = LaunchFlags()
    private var keeps = false

    init(_ reader: inout ArgumentReader, kind: Kind) throws(UsageError) {
        self.kind = kind
        var operands: [String] = []
        // crun takes flags behind the id as well.
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--config", "-f": configuration = try reader.value()
            case "--preserve-fds": launch.options.preservedDescriptors = try reader.number()
            case "--no-new-keyring": launch.options.noNewKeyring = try reader.on()
            // Nobody waits for what is only created.
            case "--detach" where kind == .create, "-d" where kind == .create: throw reader.unknown()
            case "--keep" where kind == .run: keeps = try reader.on()
            case _ where try launch.take(flag, &reader): break
            default: throw reader.unknown()
            }
        }
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        id = operands[0]
    }

    func run(_ global: GlobalOptions) throws -> Int32 {
        let engine = global.engine(sharingStreams: true)
        var options = launch.options
        options.passListenDescriptors()
        var terminal: TerminalProxy?
        if kind == .run && !launch.detaches && options.console == nil {
            let proxy = try TerminalProxy()
            options.console = .descriptor(proxy.far)
            terminal = proxy
        }
        let process = try engine.create(
            id: id,
            bundle: launch.bundle,
            configuration: configuration ?? "config.json",
            options: options,
            start: kind == .run
        )
        try launch.announce(process, id: id, engine)
        if kind == .create || launch.detaches { return 0 }
        let status = try Foreground.wait(for: process.handle, terminal: terminal)
        if !keeps { try global.engine.delete(id: id, force: true) }
        return status
    }
}
