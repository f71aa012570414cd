extension MonitorOptions {
    /// Takes a switch. conmon's switches that change nothing here are accepted, those that would be missed are refused.
    mutating func set(_ flag: Flag) throws(UsageError) {
        switch flag {
        case .fullAttach: input.servesAttach = true
        case .leaveStdinOpen: input.outlivesClient = true
        case .noNewKeyring, .noPivot: runtime.options.append("--\(flag.rawValue)")
        case .start: runtime.ownsLifecycle = true
        case .stdin: input.isOpen = true
        case .terminal: input.hasTerminal = true
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
        case .logLabel: logging.labels.append(try label(value))
        case .logPath: try addLog(value)
        case .logSizeMax:
            let bytes = try number(value, for: flag, allowsNegative: true)
            logging.rotation.sizeLimit = bytes > 0 ? bytes : nil
        case .logTag: logging.tag = value
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
        // The monitor has nothing to say below an error.
        case .logLevel, .logGlobalSizeMax: break
        default: throw UsageError("--\(flag.rawValue) is not served by this monitor")
        }
    }

    private func number(_ text: String, for flag: Flag, allowsNegative: Bool = false) throws(UsageError) -> Int {
        guard let value = Int(text), allowsNegative || value >= 0 else {
            throw UsageError("--\(flag.rawValue) \(text) is no number that makes sense")
        }
        return value
    }

    /// `[driver:]path`, each: the last file and the journal, side by side. The drivers that throw output away add nothing.
    private mutating func addLog(_ text: String) throws(UsageError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch parts.first {
        case "none", "off", "null": break
        case "journald": logging.writesJournal = true
        case "k8s-file" where parts.count == 2 && !parts[1].isEmpty: logging.path = String(parts[1])
        case "passthrough": throw UsageError("the log driver of \(text) is not served by this monitor")
        default:
            guard parts.count == 1 || text.hasPrefix("/"), !text.isEmpty else {
                throw UsageError("--log-path \(text): unknown log driver")
            }
            logging.path = text
        }
    }

    /// `NAME=value`, a field of the journal that is not the monitor's own.
    private func label(_ text: String) throws(UsageError) -> Logging.Label {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw UsageError("--log-label \(text): wants NAME=value")
        }
        let name = String(text[..<equals])
        guard JournalFields.isName(name) else {
            throw UsageError(
                "--log-label \(text): a name has up to 64 of A-Z, 0-9 and _, and begins with a letter"
            )
        }
        if JournalIdentity.ownFields.contains(name) {
            throw UsageError("--log-label \(text): \(name) is the monitor's own field")
        }
        return Logging.Label(name: name, value: String(text[text.index(after: equals)...]))
    }
}
