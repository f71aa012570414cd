import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

/// Both sides of adding a process to a container.
struct ExecLaunch {
    let engine: ContainerEngine
    let plan: ProcessPlan
    let record: ContainerRecord
    /// Where the process is to live.
    let cgroup: Cgroup?
    let console: Int32?
    /// Those of the container's user namespace; nil without one.
    var mappings: [RuntimeSpec.IDMapping]?

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
                let channel = StatusChannel.Borrowed(number: theirs)
                if entersFirst { enter(target: pidfd, channel) }
                live(channel) { () throws(RuntimeError) in try join(pidfd) }
            }
        } catch {
            close(theirs)
            throw error
        }
        close(theirs)
        if entersFirst {
            let channel = StatusChannel.Borrowed(number: ours)
            return try attended(try channel.process(madeBy: process, warn: engine.configuration.warn), channel)
        }
        return try attended(process, StatusChannel.Borrowed(number: ours))
    }

    /// Who has rights in the container's user namespace alone has to be in it before he may join the others.
    private var entersFirst: Bool { engine.configuration.isRootless && record.namespaces.contains(.user) }

    private func attended(
        _ process: consuming ProcessHandle,
        _ channel: StatusChannel.Borrowed
    ) throws(RuntimeError) -> LaunchedProcess {
        do throws(RuntimeError) {
            try attend(channel, pid: process.pid)
        } catch {
            try? process.signal(SIGKILL)
            _ = try? process.wait()
            throw error
        }
        return LaunchedProcess(handle: process)
    }

    private func attend(_ channel: StatusChannel.Borrowed, pid: pid_t) throws(RuntimeError) {
        while true {
            switch try channel.next() {
            case .listener(let number):
                try plan.listener?.send(Descriptor(owning: number), pid: pid, state: record.state(.running))
                try step("talk to the process") { () throws(SystemError) in try channel.sendProceed() }
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
            if let unified = cgroup?.unified {
                group = try Descriptor.open(unified.path, O_RDONLY | O_DIRECTORY)
            }
            var restored: Descriptor?
            if record.namespaces.contains(.pid), !entersFirst {
                restored = try Descriptor.open("/proc/self/ns/pid_for_children", O_RDONLY)
                try retrying("setns", "pid") { clinux_setns(target, CLINUX_CLONE_NEWPID) }
            }
            var pidfd: Int32 = -1
            var pid = clinux_clone3(0, SIGCHLD, &pidfd, group?.rawValue ?? -1)
            if pid == -1, errno == EBUSY, let own = try ownGroup() {
                pid = clinux_clone3(0, SIGCHLD, &pidfd, own.rawValue)
            }
            if pid == 0 { child() }
            let code = errno
            if let restored { try Namespace.enter(restored, kind: .pid) }
            guard pid > 0 else { throw SystemError(call: "clone3", errno: code, subject: record.id) }
            return ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd))
        }
    }

    /// Where the container's own process is by now. A group that has handed its controllers down takes no processes
    /// (cgroups(7), "no internal processes"): the container manages groups of its own then.
    private func ownGroup() throws(SystemError) -> Descriptor? {
        guard let path = try record.cgroup?.unifiedFolder(of: record.pid) else { return nil }
        return try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    }

    /// A child that enters all of the container, makes the process as the runtime's child, and ends.
    private func enter(target: Int32, _ channel: StatusChannel.Borrowed) -> Never {
        do throws(RuntimeError) {
            if let cgroup {
                try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
            }
            let setup = ChildSetup(plan: plan, channel: channel)
            // Who is not dumpable cannot write his own files of /proc, unless he is the host's root.
            try plan.attributes.apply(warn: setup.warn)
            try step("hide from the container") { () throws(SystemError) in
                try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
            }
            let flags = record.namespaces.reduce(Int32(0)) { $0 | $1.linuxKind.cloneFlag }
            let pid = try step("join the container") { () throws(SystemError) in
                try retrying("setns", "container \(record.id)") { clinux_setns(target, flags) }
                try retrying("setresgid") { clinux_setresgid(0) }
                try retrying("setresuid") { clinux_setresuid(0) }
                let pid = clinux_clone3(UInt64(CLINUX_CLONE_PARENT), 0, nil, -1)
                if pid == -1 { throw SystemError.last("clone3", record.id) }
                return pid
            }
            if pid == 0 { live(channel, isPrepared: true) { () throws(RuntimeError) in try channel.waitForProceed() } }
            try step("talk to the runtime") { () throws(SystemError) in try channel.send(made: pid) }
        } catch {
            // Without a parent there is nobody to tell.
            try? channel.send(error)
            _exit(error.exitStatus)
        }
        _exit(0)
    }

    /// The child, up to its program.
    ///
    /// - Parameters:
    ///   - isPrepared: what has to be done outside of the container has been done.
    ///   - join: what brings it into the container.
    private func live(
        _ channel: StatusChannel.Borrowed,
        isPrepared: Bool = false,
        _ join: () throws(RuntimeError) -> Void
    ) -> Never {
        do throws(RuntimeError) {
            // Processes of the container must not get at the copy of the runtime that joins them (ptrace, /proc/PID).
            try step("hide from the container") { () throws(SystemError) in
                try retrying("prctl(PR_SET_DUMPABLE)") { clinux_prctl(CLINUX_PR_SET_DUMPABLE, 0, 0, 0, 0) }
            }
            let setup = ChildSetup(plan: plan, channel: channel)
            try setup.detach(console: console)
            try AffinityPlan.apply(plan.attributes.affinity.initial)
            if !isPrepared, let cgroup {
                try cgroupStep("enter the cgroup") { () throws(CgroupError) in try cgroup.join(skippingUnified: true) }
            }
            // Afterwards: whoever enters a cpuset gets all of its processors.
            try AffinityPlan.apply(plan.attributes.affinity.final)
            if !isPrepared { try plan.attributes.apply(warn: setup.warn) }
            try plan.memoryPolicy?.apply()
            if let mappings { setup.giveStreams(to: mappings) }
            try join()
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
        // The user namespace comes after those that it need not have rights over, and takes the mounts with it, whose paths
        // would no longer be readable before.
        let last: Set<RuntimeSpec.Linux.Namespace.Kind> = record.namespaces.contains(.user) ? [.user, .mount] : []
        let kinds = record.namespaces.filter { $0 != .pid }
        let parts = [kinds.filter { !last.contains($0) }, kinds.filter(last.contains)]
        try step("join the container") { () throws(SystemError) in
            for part in parts {
                let flags = part.reduce(Int32(0)) { $0 | $1.linuxKind.cloneFlag }
                if flags != 0 { try retrying("setns", "container \(record.id)") { clinux_setns(target, flags) } }
            }
            if record.namespaces.contains(.user) {
                try retrying("setresgid") { clinux_setresgid(0) }
                try retrying("setresuid") { clinux_setresuid(0) }
            }
        }
    }
}
