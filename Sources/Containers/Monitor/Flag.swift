/// The flags of the command line by their long names.
enum Flag: String, CaseIterable {
    case apiVersion = "api-version"
    case bundle
    case cid
    case conmonPidfile = "conmon-pidfile"
    case containerPidfile = "container-pidfile"
    case cuuid
    case exec
    case execAttach = "exec-attach"
    case execProcessSpec = "exec-process-spec"
    case exitCommand = "exit-command"
    case exitCommandArg = "exit-command-arg"
    case exitDelay = "exit-delay"
    case exitDir = "exit-dir"
    case fullAttach = "full-attach"
    case help
    case leaveStdinOpen = "leave-stdin-open"
    case lockDescriptor = "lock-descriptor"
    case logAllowlistDir = "log-allowlist-dir"
    case logCompress = "log-compress"
    case logFullDisk = "log-full-disk"
    case logGlobalSizeMax = "log-global-size-max"
    case logLabel = "log-label"
    case logLevel = "log-level"
    case logMaxFiles = "log-max-files"
    case logPath = "log-path"
    case logRotate = "log-rotate"
    case logSizeMax = "log-size-max"
    case logTag = "log-tag"
    case monitorCgroup = "monitor-cgroup"
    case name
    case noContainerPartialMessage = "no-container-partial-message"
    case noNewKeyring = "no-new-keyring"
    case noPivot = "no-pivot"
    case noSyncLog = "no-sync-log"
    case persistDir = "persist-dir"
    case pidfile
    case replaceListenPid = "replace-listen-pid"
    case restore
    case restoreArg = "restore-arg"
    case runtime
    case runtimeArg = "runtime-arg"
    case runtimeOpt = "runtime-opt"
    case sdnotifySocket = "sdnotify-socket"
    case socketDirPath = "socket-dir-path"
    case start
    case stdin
    case sync
    case syslog
    case systemdCgroup = "systemd-cgroup"
    case terminal
    case timeout
    case version
    case watch

    var takesValue: Bool {
        switch self {
        case .exec, .execAttach, .fullAttach, .help, .leaveStdinOpen, .logCompress, .logRotate, .noContainerPartialMessage, .noNewKeyring,
            .noPivot, .noSyncLog, .replaceListenPid, .start, .stdin, .sync, .syslog, .systemdCgroup, .terminal, .version:
            false
        default:
            true
        }
    }

    private init?(letter: Character) {
        switch letter {
        case "b": self = .bundle
        case "c": self = .cid
        case "P": self = .conmonPidfile
        case "p": self = .containerPidfile
        case "u": self = .cuuid
        case "e": self = .exec
        case "h": self = .help
        case "l": self = .logPath
        case "n": self = .name
        case "0": self = .persistDir
        case "r": self = .runtime
        case "i": self = .stdin
        case "s": self = .systemdCgroup
        case "t": self = .terminal
        case "T": self = .timeout
        default: return nil
        }
    }

    /// The flags in one word of the command line, each with the value that is attached to it.
    static func split(_ word: String) throws(UsageError) -> [(Flag, String?)] {
        if word.hasPrefix("--") {
            let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, let flag = Flag(rawValue: String(name)) else {
                throw UsageError("unknown flag \(word)")
            }
            if parts.count == 2 && !flag.takesValue { throw UsageError("--\(flag.rawValue) takes no value") }
            return [(flag, parts.count == 2 ? String(parts[1]) : nil)]
        }
        guard word.hasPrefix("-"), word.utf8.count > 1 else { throw UsageError("unexpected argument \(word)") }
        var flags: [(Flag, String?)] = []
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let flag = Flag(letter: letter) else { throw UsageError("unknown flag -\(letter) in \(word)") }
            if flag.takesValue && !letters.isEmpty {
                flags.append((flag, String(letters)))
                break
            }
            flags.append((flag, nil))
        }
        return flags
    }
}
