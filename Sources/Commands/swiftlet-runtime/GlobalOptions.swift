import ContainerRuntime

/// What stands before the command.
struct GlobalOptions {
    var root = "/run/swiftlet/runtime"
    var log = Log()
    var usesSystemdCgroups = false
    var wantsHelp = false
    var wantsVersion = false

    init(_ arguments: inout ArgumentReader) throws(UsageError) {
        while let flag = try arguments.nextFlag() {
            switch flag {
            case "--root": root = try arguments.value()
            case "--log": log.path = try arguments.value()
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
                guard name == "cgroupfs" || name == "systemd" else {
                    throw UsageError("--cgroup-manager is cgroupfs or systemd, not \"\(name)\"")
                }
                usesSystemdCgroups = name == "systemd"
            case "--rootless":
                let value = try arguments.value()
                if value == "true" { throw UsageError("--rootless=true is not supported") }
            case "--criu": _ = try arguments.value()
            case "--help", "-h": wantsHelp = try arguments.on()
            case "--version", "-v", "-V": wantsVersion = try arguments.on()
            default: throw arguments.unknown()
            }
        }
    }

    var engine: ContainerEngine {
        let log = log
        var configuration = RuntimeConfiguration(root: root) { log.write("warning", $0) }
        configuration.usesSystemdCgroups = usesSystemdCgroups
        return ContainerEngine(configuration: configuration)
    }
}
