import CLinux
import Cgroups
import ContainerRuntime
import Glibc
import Linux

/// The program `swiftlet-monitor`: everything but its `main`.
public enum MonitorProgram {
    /// The version of conmon whose command line and files this program keeps to: podman and cri-o ask for it.
    static let conmonVersion = "2.1.12"
    static let version = "0.1.0"

    /// Runs a command line, the program's name first; gives the exit status.
    public static func run(_ arguments: [String]) -> Int32 {
        do throws(UsageError) {
            switch try Invocation(arguments: Array(arguments.dropFirst())) {
            case .version:
                print("conmon version \(conmonVersion)\ncommit: swiftlet-monitor \(version)")
                return 0
            case .help:
                print("usage: swiftlet-monitor --cid ID --bundle DIR [conmon's flags]\n\n\(flagList)")
                return 0
            case .monitor(let options):
                return monitor(options, commandLine: arguments)
            }
        } catch {
            complain("\(error)")
            SyncPipe(apiVersion: 1).tell(failure: "\(error)")
            return 1
        }
    }

    private static func monitor(_ options: MonitorOptions, commandLine: [String]) -> Int32 {
        signal(SIGPIPE, SIG_IGN)
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
            SyncPipe(apiVersion: options.apiVersion).tell(failure: error.message)
            throw MonitorFailure("start", error.message)
        }
    }

    /// Waits until whoever started us lets us go, and moves into the cgroup that was named. Where one was, they prepare
    /// it meanwhile: if they died over that, the container is not made outside of its place.
    private static func takePlace(_ options: MonitorOptions) throws(MonitorFailure) {
        let wasReleased = SyncPipe.awaitStart()
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
            SyncPipe(apiVersion: options.apiVersion).tell(failure: error.description)
            throw error
        }
    }

    /// Leaves the session and the terminal of whoever started us; without `--sync` also the parent.
    private static func detach(_ options: MonitorOptions) throws(MonitorFailure) {
        try during("detach") { () throws(SystemError) in
            // SIGCHLD and those that end us wait in the kernel until the second half reads them.
            _ = try SignalDescriptor([SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1])
            if options.staysInForeground {
                // EPERM: a session leader already, which is what we want to be.
                _ = setsid()
            } else {
                try retrying("daemon") { daemon(1, 1) }
            }
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

    private static var flagList: String {
        Flag.allCases.filter { $0 != .watch }
            .map { "  --\($0.rawValue)\($0.takesValue ? " VALUE" : "")" }
            .joined(separator: "\n")
    }
}
