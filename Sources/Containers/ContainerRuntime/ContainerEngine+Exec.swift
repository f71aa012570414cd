import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

extension ContainerEngine {
    /// Runs another process in a running container.
    ///
    /// The container's seccomp filter and personality hold for it as well.
    public func exec(
        id: String,
        process: RuntimeSpec.Process,
        options: LaunchOptions = LaunchOptions()
    ) throws(RuntimeError) -> LaunchedProcess {
        try SpecLoader.check(process)
        let store = try store(id)
        let record = try store.record()
        switch status(of: record, store) {
        case .running, .created: break
        case .paused: throw RuntimeError(.wrongState, "cannot exec in a paused container")
        case let status: throw RuntimeError(.wrongState, "cannot exec in a container that is \(status.rawValue)")
        }
        let spec = try SpecLoader(path: store.configurationPath).spec
        var process = process
        // Where the process says nothing, it gets what the container's own has, as with the other runtimes.
        if process.capabilities == nil { process.capabilities = spec.process?.capabilities }
        let plan = try ProcessPlan(process, linux: spec.linux, options: options, cache: seccompCache)
        var console = try Console.connect(plan)
        defer { _ = console.take() }
        return try ExecLaunch(engine: self, plan: plan, record: record, console: console?.rawValue).run()
    }

    /// The configuration of a container's own process, as a pattern for `exec`.
    public func process(id: String) throws(RuntimeError) -> RuntimeSpec.Process? {
        try SpecLoader(path: try store(id).configurationPath).spec.process
    }
}

/// Both sides of adding a process to a container.
struct ExecLaunch {
    let engine: ContainerEngine
    let plan: ProcessPlan
    let record: ContainerRecord
    let console: Int32?

    func run() throws(RuntimeError) -> LaunchedProcess {
        let target = try step("find the container's process") { () throws(SystemError) in
            let target = try ProcessHandle(pid: record.pid)
            guard record.isAlive else { throw SystemError(call: "pidfd_open", errno: ESRCH, subject: "\(record.pid)") }
            return target
        }
        let pair = try step("make the status channel") { () throws(SystemError) in
            try Descriptor.socketPair(type: Int32(SOCK_SEQPACKET.rawValue))
        }
        let (ours, theirs) = (pair.first.release(), pair.second.release())
        defer { close(ours) }
        let pidfd = target.descriptor.rawValue
        let process: ProcessHandle
        do throws(RuntimeError) {
            process = try clone(target: pidfd) { () -> Never in
                close(ours)
                live(target: pidfd, StatusChannel.Borrowed(number: theirs))
            }
        } catch {
            close(theirs)
            throw error
        }
        close(theirs)
        do throws(RuntimeError) {
            try attend(StatusChannel.Borrowed(number: ours))
        } catch {
            try? process.signal(SIGKILL)
            _ = try? process.wait()
            throw error
        }
        return LaunchedProcess(handle: process)
    }

    private func attend(_ channel: StatusChannel.Borrowed) throws(RuntimeError) {
        while true {
            switch try channel.next() {
            case .failure(let error): throw error
            case .warning(let message): engine.configuration.warn(message)
            case .end: return
            default: continue
            }
        }
    }

    /// Makes the process. Only children enter a PID namespace, so that the parent joins it for this moment.
    private func clone(target: Int32, _ child: () -> Never) throws(RuntimeError) -> ProcessHandle {
        try step("make the process") { () throws(SystemError) in
            var group: Descriptor?
            if let unified = record.cgroup?.unified {
                group = try Descriptor.open(unified.path, O_RDONLY | O_DIRECTORY)
            }
            var restored: Descriptor?
            if record.namespaces.contains(.pid) {
                restored = try Descriptor.open("/proc/self/ns/pid_for_children", O_RDONLY)
                try retrying("setns", "pid") { clinux_setns(target, CLINUX_CLONE_NEWPID) }
            }
            var pidfd: Int32 = -1
            let pid = clinux_clone3(0, SIGCHLD, &pidfd, group?.rawValue ?? -1)
            if pid == 0 { child() }
            let code = errno
            if let restored { try Namespace.enter(restored, kind: .pid) }
            guard pid > 0 else { throw SystemError(call: "clone3", errno: code, subject: record.id) }
            return ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd))
        }
    }

    /// The child, up to its program.
    private func live(target: Int32, _ channel: StatusChannel.Borrowed) -> Never {
        do throws(RuntimeError) {
            // Processes of the container must not get at the copy of the runtime that joins them (ptrace, /proc/PID).
            try step("hide from the container") { () throws(SystemError) in
                try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
            }
            let setup = ChildSetup(plan: plan, channel: channel)
            try setup.detach(console: console)
            if let cgroup = record.cgroup {
                try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
            }
            try plan.attributes.apply(warn: setup.warn)
            try join(target)
            if let console {
                let root = try ContainerRoot(path: "/")
                try Console.attach(process: plan.process, in: root, socket: console, bindsConsole: false)
            }
            if let personality = plan.personality {
                try step("set the personality") { () throws(SystemError) in
                    try retrying("personality") { clinux_personality(personality) }
                }
            }
            try setup.becomeUser()
            let environment = setup.environment()
            let path = try ExecutableLookup.find(plan.process.args?.first ?? "", environment: environment)
            try setup.execute(path, environment: environment, errors: channel)
        } catch {
            // Without a parent there is nobody to tell.
            try? channel.send(error)
            _exit(error.exitStatus)
        }
        _exit(1)
    }

    /// Enters all of the container's namespaces at once, by its process and not by paths of /proc. The root and working
    /// directory are then those of its mount namespace.
    private func join(_ target: Int32) throws(RuntimeError) {
        let kinds = record.namespaces.filter { $0 != .pid }
        let flags = kinds.reduce(Int32(0)) { $0 | $1.linuxKind.cloneFlag }
        try step("join the container") { () throws(SystemError) in
            if flags != 0 { try retrying("setns", "container \(record.id)") { clinux_setns(target, flags) } }
            if record.namespaces.contains(.user) {
                try retrying("setresgid") { clinux_setresgid(0) }
                try retrying("setresuid") { clinux_setresuid(0) }
            }
        }
    }
}
