extension MonitorOptions {
    /// Takes a switch. conmon's switches that change nothing here are accepted, those that would be missed are refused.
    mutating func set(_ flag: Flag) throws(UsageError) {
        switch flag {
        case .fullAttach:
            input.servesAttach = true
            input.hasFullAttachPath = true
        case .leaveStdinOpen: input.outlivesClient = true
        case .noNewKeyring, .noPivot: runtime.switches.append("--\(flag.rawValue)")
        case .start: runtime.ownsLifecycle = true
        case .stdin: input.isOpen = true
        case .terminal: input.hasTerminal = true
        case .sync: staysInForeground = true
        case .systemdCgroup: runtime.usesSystemdCgroup = true
        case .exec: if runtime.exec == nil { runtime.exec = Exec() }
        case .execAttach: runtime.exec = Exec(processSpec: runtime.exec?.processSpec ?? "", isAttached: true)
        case .logRotate: logging.rotatesOnRequest = true
        case .logCompress: logging.rotation.compresses = true
        case .noContainerPartialMessage: logging.marksPartialLines = false
        case .replaceListenPid: runtime.replacesListenPid = true
        // The log needs no fsync by us: pages of a file survive the end of everybody. What is wrong goes to whoever started us.
        case .noSyncLog, .syslog: break
        default: throw UsageError("--\(flag.rawValue) wants a value")
        }
    }

    /// Takes a flag with its value.
    mutating func set(_ flag: Flag, to value: String) throws(UsageError) {
        switch flag {
        case .apiVersion: apiVersion = try number(value, for: flag)
        case .bundle: container.bundle = value
        case .cid: container.id = value
        case .conmonPidfile: places.monitorPidFile = value
        case .containerPidfile, .pidfile: places.pidFile = value
        case .cuuid: container.uuid = value
        case .exitCommand: exitCommand.path = value
        case .exitCommandArg: exitCommand.arguments.append(value)
        case .exitDelay: exitCommand.delaySeconds = try number(value, for: flag)
        case .execProcessSpec: runtime.exec = Exec(processSpec: value, isAttached: runtime.exec?.isAttached ?? false)
        case .exitDir: places.exitDirectory = value
        case .lockDescriptor: places.lockDescriptor = Int32(try number(value, for: flag))
        case .logAllowlistDir: logging.allowedDirectories.append(value)
        case .logGlobalSizeMax:
            let bytes = try number(value, for: flag, allowsNegative: true)
            logging.totalLimit = bytes > 0 ? bytes : nil
        case .logFullDisk:
            guard let policy = FullDiskPolicy(value) else {
                throw UsageError("--log-full-disk \(value) is neither drop nor block nor block:SECONDS")
            }
            logging.whenFull = policy
        case .logMaxFiles: logging.rotation.keptFiles = try fileCount(value)
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
        case .runtimeOpt, .restoreArg: runtime.options.append(value)
        case .restore: runtime.checkpoint = value
        case .sdnotifySocket: places.notifySocket = value
        case .socketDirPath:
            places.socketDirectory = value
            input.servesAttach = true
        case .timeout:
            let seconds = try number(value, for: flag, allowsNegative: true)
            timeoutSeconds = seconds > 0 ? seconds : nil
        case .watch: handover = try Handover(argument: value)
        case .logLevel: try checkLevel(value)
        default: throw UsageError("--\(flag.rawValue) takes no value")
        }
    }

    /// The monitor has nothing to say below an error; a level that does not exist is one.
    private func checkLevel(_ text: String) throws(UsageError) {
        let levels = ["error", "warn", "warning", "info", "debug", "trace"]
        if !levels.contains(text.lowercased()) { throw UsageError("--log-level \(text): No such log level") }
    }

    private func fileCount(_ text: String) throws(UsageError) -> Int {
        guard let count = Int(text), count <= Int(Int32.max) else {
            throw UsageError("--log-max-files \(text) is no number, or out of range")
        }
        if count < 0 { throw UsageError("log-max-files must be non-negative, got \(count)") }
        return count
    }

    private func number(_ text: String, for flag: Flag, allowsNegative: Bool = false) throws(UsageError) -> Int {
        guard let value = Int(text), allowsNegative || value >= 0 else {
            throw UsageError("--\(flag.rawValue) \(text) is no number that makes sense")
        }
        return value
    }

    /// `[driver:]path`, each: the last file and the journal, side by side. The drivers that throw output away add nothing.
    private mutating func addLog(_ text: String) throws(UsageError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let path = parts.count == 2 ? parts[1] : ""
        logging.drivers.append(text)
        switch parts.first ?? "" {
        case "none", "off", "null": break
        case "journald": logging.writesJournal = true
        case "passthrough": logging.passesThrough = true
        case "k8s-file":
            if path.isEmpty { throw UsageError("--log-path \(text): k8s-file requires a filename") }
            logging.path = path
        case "json-file":
            if path.isEmpty { throw UsageError("--log-path \(text): json-file requires a filename") }
            logging.jsonPath = path
        case "" where path.isEmpty: throw UsageError("log-path must not be empty")
        case "": logging.path = path
        case let driver:
            // An absolute path may have a colon in it.
            guard parts.count == 1 || text.hasPrefix("/") else {
                throw UsageError("--log-path \(text): No such log driver \(driver)")
            }
            logging.path = text
        }
    }

    /// `NAME=value`, a field of the journal that is not the monitor's own.
    private func label(_ text: String) throws(UsageError) -> Logging.Label {
        guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else {
            throw UsageError("--log-label \(text): Container labels must be in format LABEL=VALUE")
        }
        let name = String(text[..<equals])
        if name.isEmpty { throw UsageError("--log-label \(text): Container labels must be in format LABEL=VALUE") }
        guard JournalFields.isName(name) else {
            throw UsageError(
                """
                --log-label \(text): Container label names must contain only uppercase letters, numbers and underscore, \
                64 at most, and begin with a letter
                """
            )
        }
        if JournalIdentity.ownFields.contains(name) {
            throw UsageError("--log-label \(text): \(name) is the monitor's own field")
        }
        return Logging.Label(name: name, value: String(text[text.index(after: equals)...]))
    }
}
