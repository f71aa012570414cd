import ContainerRuntime
import Glibc

/// What stands before the command.
struct GlobalOptions {
    var root = GlobalOptions.standardRoot
    var log = Log()
    var usesSystemdCgroups = false
    var disablesCgroups = false
    /// Nil: found out.
    var isRootless: Bool?
    var wantsHelp = false
    var wantsVersion = false

    init(_ arguments: inout ArgumentReader) throws(UsageError) {
        while let flag = try arguments.nextFlag() {
            switch flag {
            case "--root": root = try arguments.value()
            case "--log": try log.setDestination(try arguments.value())
            case "--log-format":
                let format = try arguments.value()
                guard format == "text" || format == "json" else {
                    throw UsageError("--log-format is text or json, not \"\(format)\"")
                }
                log.isJSON = format == "json"
            case "--log-level": log.isDebug = try arguments.value() == "debug"
            case "--debug": log.isDebug = try arguments.on()
            case "--systemd-cgroup":
                usesSystemdCgroups = try arguments.on()
            case "--cgroup-manager":
                let name = try arguments.value()
                guard ["cgroupfs", "systemd", "disabled"].contains(name) else {
                    throw UsageError("--cgroup-manager is cgroupfs, systemd or disabled, not \"\(name)\"")
                }
                usesSystemdCgroups = name == "systemd"
                disablesCgroups = name == "disabled"
            case "--rootless":
                switch try arguments.value() {
                case "true": isRootless = true
                case "false": isRootless = false
                case "auto": isRootless = nil
                case let other: throw UsageError("--rootless is true, false or auto, not \"\(other)\"")
                }
            case "--criu": _ = try arguments.value()
            case "--help", "-h", "-?", "--usage": wantsHelp = try arguments.on()
            case "--version", "-v", "-V": wantsVersion = try arguments.on()
            default: throw arguments.unknown()
            }
        }
    }

    /// A user who is not root has a folder of his own that goes when he does (XDG Base Directory Specification).
    private static var standardRoot: String {
        guard geteuid() != 0, let folder = getenv("XDG_RUNTIME_DIR"), folder[0] != 0 else { return "/run/swiftlet/runtime" }
        return String(cString: folder) + "/swiftlet/runtime"
    }

    var engine: ContainerEngine { engine(sharingStreams: false) }

    /// - Parameter sharingStreams: our stderr is the container's as well.
    func engine(sharingStreams: Bool) -> ContainerEngine {
        var log = log
        log.sharesStreams = sharingStreams
        let made = log
        var configuration = RuntimeConfiguration(root: root) { made.write("warning", $0) }
        configuration.usesSystemdCgroups = usesSystemdCgroups
        configuration.disablesCgroups = disablesCgroups
        if let isRootless { configuration.isRootless = isRootless }
        return ContainerEngine(configuration: configuration)
    }
}
