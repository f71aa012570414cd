import ContainerRuntime

/// What `checkpoint` and `restore` take alike.
enum CheckpointFlags {
    /// Whether the flag was one of them.
    static func take(_ flag: String, _ reader: inout ArgumentReader, _ options: inout CheckpointOptions) throws(UsageError)
        -> Bool
    {
        switch flag {
        case "--image-path": options.imagePath = try reader.value()
        case "--work-path": options.workPath = try reader.value()
        case "--manage-cgroups-mode":
            let mode = try reader.value()
            guard ["soft", "full", "strict", "ignore"].contains(mode) else {
                throw UsageError("--manage-cgroups-mode is soft, full, strict or ignore, not \"\(mode)\"")
            }
            options.cgroupMode = mode
        case _ where CheckpointOptions.knownSwitches.contains(flag):
            if try reader.on() { options.switches.append(flag) }
        case "--page-server", "--lazy-pages", "--status-fd", "--empty-ns", "--lsm-profile", "--lsm-mount-context":
            throw UsageError("\(flag) is not supported")
        default: return false
        }
        return true
    }
}

/// `checkpoint`: a container written down by criu.
struct CheckpointCommand {
    private let id: String
    private var options = CheckpointOptions()

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case "--parent-path": options.parentPath = try reader.value()
            case "--leave-running", "-R": options.leavesRunning = try reader.on()
            case "--pre-dump": options.isPreDump = try reader.on()
            case _ where try CheckpointFlags.take(flag, &reader, &options): break
            default: throw reader.unknown()
            }
        }
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        id = operands[0]
    }

    func run(_ global: GlobalOptions) throws(RuntimeError) { try global.engine.checkpoint(id: id, options: options) }
}

/// `restore`: a container made of what `checkpoint` wrote.
struct RestoreCommand {
    private let id: String
    private var launch = LaunchFlags()
    private var options = CheckpointOptions()

    init(_ reader: inout ArgumentReader) throws(UsageError) {
        var operands: [String] = []
        while let flag = try reader.nextFlag(passing: &operands) {
            switch flag {
            case _ where try launch.take(flag, &reader): break
            case _ where try CheckpointFlags.take(flag, &reader, &options): break
            default: throw reader.unknown()
            }
        }
        guard operands.count == 1 else { throw UsageError("a container id is needed, and nothing else") }
        id = operands[0]
    }

    func run(_ global: GlobalOptions) throws -> Int32 {
        let engine = global.engine
        let process = try engine.restore(id: id, bundle: launch.bundle, options: options, launch: launch.options)
        try launch.announce(process, id: id, engine)
        if launch.detaches { return 0 }
        let status = try Foreground.wait(for: process.handle, terminal: nil)
        try engine.delete(id: id, force: true)
        return status
    }
}
