import CLinux
import CVersion
import Cgroups
import ContainerRuntime
import Glibc
import Linux

/// The program `swiftlet-monitor`: everything but its `main`.
public enum MonitorProgram {
    /// The version of conmon whose command line and files this program keeps to: podman and cri-o ask for it.
    static let conmonVersion = "2.1.12"
    static let version = String(cString: cversion())

    /// Runs a command line, the program's name first; gives the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        if arguments.count > 2, arguments[1] == "--become-listener" {
            return ListenSockets.becomeListener(Array(arguments.dropFirst(2)))
        }
        do throws(UsageError) {
            switch try Invocation(arguments: Array(arguments.dropFirst())) {
            case .version:
                print("conmon version \(conmonVersion)\ncommit: swiftlet-monitor \(version)")
                return 0
            case .help:
                print("usage: swiftlet-monitor --cid ID --bundle DIR [conmon's flags]\n\n\(flagList)\n\n\(logDrivers)")
                return 0
            case .monitor(let options):
                return monitor(options, commandLine: arguments)
            }
        } catch {
            // Whoever reads the pipe looks for podman's form of the message or for none.
            var options = MonitorOptions()
            options.apiVersion = 1
            return refuse(error, options)
        }
    }

    private static func refuse(_ error: UsageError, _ options: MonitorOptions) -> Int32 {
        complain("\(error)")
        var syncPipe = SyncPipe(options)
        syncPipe.tell(failure: "\(error)")
        return 1
    }

    private static func monitor(_ options: MonitorOptions, commandLine: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        var options = options
        if !options.runtime.ownsLifecycle {
            do throws(UsageError) {
                // What was good when the container was made is not asked about again.
                if options.handover == nil { try options.checkAsConmon().forEach(complain) }
                try options.fillInAsConmon()
            } catch {
                return refuse(error, options)
            }
        }
        return monitor(checked: options, commandLine)
    }

    private static func monitor(checked options: MonitorOptions, _ commandLine: [String]) -> Int32 {
        if let handover = options.handover {
            handover.takeOver(lock: options.places.lockDescriptor)
            return watch(options, handover)
        }
        do throws(MonitorFailure) {
            try seal(options, commandLine)
            try takePlace(options)
            try detach(options)
            let handover = try ContainerLaunch(options).run()
            handOver(handover, options, commandLine)
            // Only where the program could not be run again: this address space does as well, it is only larger.
            return watch(options, handover)
        } catch {
            return 1
        }
    }

    /// With the built-in runtime the container's first process begins as a copy of this one: the program's file must be out
    /// of its reach. Returns in a process that has begun anew.
    private static func seal(_ options: MonitorOptions, _ commandLine: [String]) throws(MonitorFailure) {
        guard options.runtime.path == nil else { return }
        do throws(RuntimeError) {
            try SealedProgram.enter(commandLine)
        } catch {
            var syncPipe = SyncPipe(options)
            syncPipe.tell(failure: error.message)
            throw MonitorFailure("start", error.message)
        }
    }

    /// Waits until whoever started us lets us go, and moves into the cgroup that was named. Where one was, they prepare
    /// it meanwhile: if they died over that, the container is not made outside of its place.
    private static func takePlace(_ options: MonitorOptions) throws(MonitorFailure) {
        let wasReleased = SyncPipe.awaitStart(isLast: options.runtime.exec?.isAttached != true)
        guard let path = options.places.cgroup else { return }
        do throws(MonitorFailure) {
            guard wasReleased else { throw MonitorFailure("start", "whoever started the monitor has gone") }
            do throws(CgroupError) {
                let cgroup = try Cgroup(path: path, in: try CgroupLayout.detect().trackingOnly)
                try cgroup.createForTracking()
                try cgroup.join()
            } catch {
                throw MonitorFailure("enter the cgroup \(path)", error.description)
            }
        } catch {
            var syncPipe = SyncPipe(options)
            syncPipe.tell(failure: error.description)
            throw error
        }
    }

    /// Leaves the session and the terminal of whoever started us; without `--sync` also the parent, which ends when the pid file
    /// is written: whoever waits for it reads that next.
    private static func detach(_ options: MonitorOptions) throws(MonitorFailure) {
        try during("detach") { () throws(SystemError) in
            // SIGCHLD and those that end us wait in the kernel until the second half reads them.
            _ = try SignalDescriptor([SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1])
            if options.staysInForeground {
                // EPERM: a session leader already, which is what we want to be.
                _ = setsid()
            } else {
                let child = try retrying("clone3") { clinux_clone3(0, SIGCHLD, nil, -1) }
                if child > 0 {
                    do throws(SystemError) { try RunDirectory(options).writeMonitorPidFile(child) } catch {
                        complain("\(error)")
                        kill(child, SIGKILL)
                        _exit(1)
                    }
                    _exit(0)
                }
                _ = setsid()
            }
            // The container's own streams are put away when it has them.
            if options.logging.passesThrough { return }
            let null = try Descriptor.open("/dev/null", O_RDWR)
            for standard: Int32 in 0...2 { try retrying("dup2") { dup2(null.rawValue, standard) } }
        }
    }

    /// Runs the program again as the second half. Returns only on failure.
    private static func handOver(_ handover: Handover, _ options: MonitorOptions, _ commandLine: [String]) {
        handover.keepAcrossExec(lock: options.places.lockDescriptor)
        var argv = (commandLine + ["--watch", handover.argument]).map { strdup($0) }
        argv.append(nil)
        _ = execv("/proc/self/exe", &argv)
        argv.forEach { free($0) }
    }

    private static func watch(_ options: MonitorOptions, _ handover: Handover) -> Int32 {
        // The name would be `exe` after the handover. PR_SET_NAME is 15.
        "swiftlet-monitor".withCString { _ = clinux_prctl(15, UInt(bitPattern: $0), 0, 0, 0) }
        do {
            try ContainerEnd.await(options, handover)
            return 0
        } catch {
            complain("\(error)")
            return 1
        }
    }

    private static func complain(_ text: String) {
        let line = Array("swiftlet-monitor: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }

    private static let logDrivers = """
        log drivers (--log-path DRIVER:PATH): k8s-file, json-file, journald, passthrough, none
        when the disk is full (--log-full-disk): drop, block, block:SECONDS
        """

    private static var flagList: String {
        Flag.allCases.filter { $0 != .watch }
            .map { "  --\($0.rawValue)\($0.takesValue ? " VALUE" : "")" }
            .joined(separator: "\n")
    }
}
