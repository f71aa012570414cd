import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

extension ContainerEngine {
    /// Makes a container of what `checkpoint` has written down. It runs when this returns, as a child of the caller.
    public func restore(
        id: String,
        bundle: String,
        options: CheckpointOptions,
        launch: LaunchOptions = LaunchOptions()
    ) throws(RuntimeError) -> LaunchedProcess {
        let store = try store(id)
        let bundle = try Self.absolute(bundle)
        let loader = try SpecLoader(path: bundle + "/config.json")
        let plan = try LaunchPlan(id: id, bundle: bundle, spec: loader.spec, options: launch, engine: self)
        if plan.rootOverlay != nil {
            throw RuntimeError(.unsupported, "restore: a root that the container's mount namespace alone has cannot be made again")
        }
        let criu = try Criu()
        let streams = try CheckpointStreams(in: options.imagePath)
        let lock = try store.create()
        defer { withExtendedLifetime(lock) {} }
        var record = ContainerRecord(plan)
        do throws(RuntimeError) {
            try store.write(record)
            try step("keep the configuration") { () throws(SystemError) in
                try FileSystem.write(store.configurationPath, loader.bytes, mode: 0o600)
            }
            return try RestoreLaunch(engine: self, plan: plan, store: store, options: options, streams: streams)
                .run(criu, &record)
        } catch {
            // What failed is what the caller wants to know, also when the cleaning fails too.
            if let cgroup = plan.cgroup { try? cgroup.removeTree() }
            try? store.remove()
            throw error
        }
    }
}

/// Both sides of a restore: criu runs in the container's group and in a mount namespace of its own, and makes the container's
/// process its sibling, our child.
private struct RestoreLaunch {
    let engine: ContainerEngine
    let plan: LaunchPlan
    let store: StateStore
    let options: CheckpointOptions
    let streams: CheckpointStreams

    private var pidPath: String { store.directory + "/restored" }
    private var rootPath: String { store.directory + "/root" }

    func run(_ criu: Criu, _ record: inout ContainerRecord) throws(RuntimeError) -> LaunchedProcess {
        if let cgroup = plan.cgroup {
            let warnings = try cgroupStep("make the cgroup") { () throws(CgroupError) in
                try cgroup.create(resources: plan.resources)
            }
            warnings.forEach(engine.configuration.warn)
        }
        try step("make the folder of the root") { () throws(SystemError) in
            try FileSystem.makeDirectories(rootPath, mode: 0o700)
        }
        let arguments = try arguments
        let messages = try step("make criu's output") { () throws(SystemError) in try Descriptor.memoryFile(named: "criu") }
        let number = messages.rawValue
        let status = try step("run criu") { () throws(SystemError) in
            var pidfd: Int32 = -1
            let pid = clinux_clone3(0, SIGCHLD, &pidfd, -1)
            if pid == 0 { live(criu, arguments, messages: number) }
            guard pid > 0 else { throw SystemError.last("clone3", "criu") }
            return try ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd)).wait() ?? .exited(-1)
        }
        guard status == .exited(0) else {
            lseek(number, 0, SEEK_SET)
            let text = (try? messages.readToEnd(limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw Criu.failure("restore", status, text, log: options.logFolder + "/restore.log")
        }
        return try step("find the restored process") { () throws(SystemError) in
            let pid = pid_t(try FileSystem.readText(pidPath)) ?? 0
            try FileSystem.removeFile(pidPath)
            // Our child: the number is its own until it is reaped.
            let process = try ProcessHandle(pid: pid)
            record.pid = pid
            record.startTime = ProcessHandle.startTime(of: pid) ?? 0
            return process
        }.recorded(&record, store)
    }

    private var arguments: [String] {
        get throws(RuntimeError) {
            var arguments = ["restore", "--log-file", "restore.log", "--restore-detached", "--restore-sibling"]
            arguments += ["--pidfile", pidPath, "--root", rootPath, "--manage-cgroups=ignore"] + options.common
            arguments += try CheckpointMounts(plan.spec, bundle: plan.bundle).restoreArguments
            for (number, name) in streams.names.enumerated() where name.hasPrefix("pipe:") || name.hasPrefix("socket:") {
                arguments += ["--inherit-fd", "fd[\(number)]:\(name)"]
            }
            return arguments
        }
    }

    /// The child: criu wants a root that is a mount, and would show it to the host.
    private func live(_ criu: Criu, _ arguments: [String], messages: Int32) -> Never {
        do throws(RuntimeError) {
            if let cgroup = plan.cgroup {
                try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join() }
            }
            // What criu leaves alone, the container's processes have from here: the view of the cgroups, and a promise that older
            // versions (3.17) do not give again.
            try step("prepare criu") { () throws(SystemError) in
                if plan.namespaces.makes(.cgroup) { try Namespace.unshare([.cgroup]) }
                if plan.process.identity.noNewPrivileges {
                    try retrying("prctl(PR_SET_NO_NEW_PRIVS)") { clinux_prctl(CLINUX_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) }
                }
            }
            try step("mount the root") { () throws(SystemError) in
                try Namespace.unshare([.mount])
                try Mount.mount(nil, on: "/", flags: [.slave, .recursive])
                try Mount.mount(plan.rootPath, on: rootPath, flags: [.bind, .recursive])
            }
            try step("start criu") { () throws(SystemError) in try criu.execute(arguments) }
        } catch {
            let line = Array("\(error.message)\n".utf8)
            _ = write(messages, line, line.count)
        }
        _exit(1)
    }
}

extension ProcessHandle {
    /// The handle, once the record with its number is on disk.
    fileprivate consuming func recorded(
        _ record: inout ContainerRecord,
        _ store: StateStore
    ) throws(RuntimeError) -> LaunchedProcess {
        try store.write(record)
        return LaunchedProcess(handle: self)
    }
}
