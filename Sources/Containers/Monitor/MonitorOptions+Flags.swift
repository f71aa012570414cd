extension MonitorOptions {
    /// Takes a switch. conmon's switches that change nothing here are accepted, those that would be missed are refused.
    mutating func set(_ flag: Flag) throws(UsageError) {
        switch flag {
        case .fullAttach: input.servesAttach = true
        case .leaveStdinOpen: input.outlivesClient = true
        case .noNewKeyring, .noPivot: runtime.options.append("--\(flag.rawValue)")
        case .start: runtime.ownsLifecycle = true
        case .stdin: input.isOpen = true
        case .sync: staysInForeground = true
        case .systemdCgroup: runtime.usesSystemdCgroup = true
        // A full log is always put aside; the log needs no fsync by us; listen descriptors are passed on as they are.
        case .logRotate, .noSyncLog, .replaceListenPid, .syslog: break
        default: throw UsageError("--\(flag.rawValue) is not served by this monitor")
        }
    }

    /// Takes a flag with its value.
    mutating func set(_ flag: Flag, to value: String) throws(UsageError) {
        switch flag {
        case .apiVersion: apiVersion = try number(value, for: flag)
        case .bundle: container.bundle = value
        case .cid: container.id = value
        case .conmonPidfile: places.monitorPidFile = value
        case .containerPidfile: places.pidFile = value
        case .cuuid: container.uuid = value
        case .exitCommand: exitCommand.path = value
        case .exitCommandArg: exitCommand.arguments.append(value)
        case .exitDelay: exitCommand.delaySeconds = try number(value, for: flag)
        case .exitDir: places.exitDirectory = value
        case .lockDescriptor: places.lockDescriptor = Int32(try number(value, for: flag))
        case .logMaxFiles: logging.rotation.keptFiles = try number(value, for: flag)
        case .logPath: logging.path = try logDestination(value)
        case .logSizeMax:
            let bytes = try number(value, for: flag, allowsNegative: true)
            logging.rotation.sizeLimit = bytes > 0 ? bytes : nil
        case .monitorCgroup: places.cgroup = value
        case .name: container.name = value
        case .persistDir: places.persistDirectory = value
        case .runtime: runtime.path = value
        case .runtimeArg: runtime.arguments.append(value)
        case .runtimeOpt: runtime.options.append(value)
        case .socketDirPath:
            places.socketDirectory = value
            input.servesAttach = true
        case .watch: handover = try Handover(argument: value)
        // The monitor has nothing to say below an error, and tags are journald's.
        case .logLevel, .logTag, .logGlobalSizeMax: break
        default: throw UsageError("--\(flag.rawValue) is not served by this monitor")
        }
    }

    private func number(_ text: String, for flag: Flag, allowsNegative: Bool = false) throws(UsageError) -> Int {
        guard let value = Int(text), allowsNegative || value >= 0 else {
            throw UsageError("--\(flag.rawValue) \(text) is no number that makes sense")
        }
        return value
    }

    /// `[driver:]path`; nil for the drivers that throw output away.
    private func logDestination(_ text: String) throws(UsageError) -> String? {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch parts.first {
        case "none", "off", "null": return nil
        case "k8s-file" where parts.count == 2 && !parts[1].isEmpty: return String(parts[1])
        case "journald", "passthrough": throw UsageError("the log driver of \(text) is not served by this monitor")
        default:
            guard parts.count == 1 || text.hasPrefix("/"), !text.isEmpty else {
                throw UsageError("--log-path \(text): unknown log driver")
            }
            return text
        }
    }
}
