import CLinux
import Cgroups
import Glibc
import Linux
import OCISpec

/// The parent's side of making a container.
struct ContainerLaunch {
    let engine: ContainerEngine
    let plan: LaunchPlan
    let store: StateStore
    /// The lock on the state, which the child must not keep.
    let lock: Int32

    func run(_ record: inout ContainerRecord, start: Bool) throws(RuntimeError) -> LaunchedProcess {
        guard let scope = plan.scope else { return try make(&record, start: start) }
        let layout = try cgroupStep("find the cgroups") { () throws(CgroupError) in try CgroupLayout.detect() }
        let keeper = try ScopeKeeper.start(scope, in: layout)
        do throws(RuntimeError) {
            let process = try make(&record, start: start)
            keeper.end()
            return process
        } catch {
            // Then the scope is empty, and goes by itself.
            keeper.end()
            throw error
        }
    }

    private func make(_ record: inout ContainerRecord, start: Bool) throws(RuntimeError) -> LaunchedProcess {
        if let cgroup = plan.cgroup {
            let warnings = try cgroupStep("make the cgroup") { () throws(CgroupError) in
                try cgroup.create(resources: plan.resources)
            }
            warnings.forEach(engine.configuration.warn)
        }
        var console = try Console.connect(plan.process)
        defer { _ = console.take() }
        var startSocket: Descriptor?
        if !start {
            startSocket = try step("make the start socket") { () throws(SystemError) in
                try UnixSocket.listen(type: Int32(SOCK_SEQPACKET.rawValue), at: store.startSocketPath)
            }
        }
        let process = try clone(
            record: &record,
            console: console?.rawValue,
            startSocket: startSocket?.rawValue
        )
        if let receiver = plan.annotations.pidfdReceiver { try process.send(to: receiver) }
        return process
    }

    private func clone(
        record: inout ContainerRecord,
        console: Int32?,
        startSocket: Int32?
    ) throws(RuntimeError) -> LaunchedProcess {
        let pair = try step("make the status channel") { () throws(SystemError) in
            try Descriptor.socketPair(type: Int32(SOCK_SEQPACKET.rawValue))
        }
        let (ours, theirs) = (pair.first.release(), pair.second.release())
        let channel = StatusChannel.Borrowed(number: ours)
        defer { close(ours) }
        let process: ProcessHandle
        do throws(RuntimeError) {
            let maps = try IDMaps(for: plan)
            func live(_ taken: MountSources?) -> Never {
                InitProcess(
                    plan: plan,
                    channel: StatusChannel.Borrowed(number: theirs),
                    startSocket: startSocket,
                    console: console,
                    maps: maps,
                    taken: taken
                ).run()
            }
            process = try plan.cloneProcess { () -> Never in
                close(ours)
                close(lock)
                guard plan.namespaces.hasUserNamespace else { live(nil) }
                UserNamespaceEntry(plan: plan, channel: StatusChannel.Borrowed(number: theirs), maps: maps).run(live)
            }
        } catch {
            close(theirs)
            throw error
        }
        close(theirs)
        if plan.namespaces.hasUserNamespace {
            let made = try channel.process(madeBy: process, warn: engine.configuration.warn)
            return try attend(made, channel, &record, start: startSocket == nil)
        }
        return try attend(process, channel, &record, start: startSocket == nil)
    }

    private func attend(
        _ process: consuming ProcessHandle,
        _ channel: StatusChannel.Borrowed,
        _ record: inout ContainerRecord,
        start: Bool
    ) throws(RuntimeError) -> LaunchedProcess {
        do throws(RuntimeError) {
            record.pid = process.pid
            record.startTime = ProcessHandle.startTime(of: process.pid) ?? 0
            try store.write(record)
            try plan.resctrl?.add(process.pid)
            if start && !plan.takesTurns {
                try step("start the container") { () throws(SystemError) in try channel.sendProceed() }
            }
            try attend(channel, pid: process.pid, waitsForStart: !start)
            if start { try hooks(pid: process.pid, .running).run(plan.spec.hooks?.poststart, "poststart") }
        } catch {
            // It is our child, so that the number is its own until it is reaped here.
            try? process.signal(SIGKILL)
            _ = try? process.wait()
            throw error
        }
        return LaunchedProcess(handle: process)
    }

    /// Answers the child until it is ready, or until its program runs.
    private func attend(_ channel: StatusChannel.Borrowed, pid: pid_t, waitsForStart: Bool) throws(RuntimeError) {
        let isPrepaid = !waitsForStart && !plan.takesTurns
        while true {
            switch try channel.next() {
            case .warning(let message): engine.configuration.warn(message)
            case .failure(let error): throw error
            case .needsHooks:
                try plan.devices.move(to: pid)
                let hooks = hooks(pid: pid, .creating)
                try hooks.run(plan.spec.hooks?.prestart, "prestart")
                try hooks.run(plan.spec.hooks?.createRuntime, "createRuntime")
                try proceed(channel)
            case .listener(let number):
                try pass(Descriptor(owning: number), pid: pid)
                try proceed(channel)
            case .made: throw RuntimeError(.failed, "the container's process sent a message that is not its own")
            case .ready:
                if waitsForStart { return }
                if !isPrepaid { try proceed(channel) }
            case .end:
                if waitsForStart { throw RuntimeError(.failed, "the container's process died while it was made") }
                return
            }
        }
    }

    private func pass(_ listener: consuming Descriptor, pid: pid_t) throws(RuntimeError) {
        var state = RuntimeState(id: plan.id, status: .creating, pid: pid, bundle: plan.bundle)
        state.annotations = plan.spec.annotations
        try plan.process.listener?.send(listener, pid: pid, state: state)
    }

    private func proceed(_ channel: StatusChannel.Borrowed) throws(RuntimeError) {
        try step("talk to the container's process") { () throws(SystemError) in try channel.sendProceed() }
    }

    private func hooks(pid: pid_t, _ status: RuntimeState.Status) -> Hooks {
        var state = RuntimeState(id: plan.id, status: status, pid: pid, bundle: plan.bundle)
        state.annotations = plan.spec.annotations
        return Hooks(state: state)
    }
}

extension LaunchPlan {
    /// clone3(2) into the new namespaces and, on version 2, into the cgroup; with a user namespace into the cgroup alone.
    fileprivate func cloneProcess(_ child: () -> Never) throws(RuntimeError) -> ProcessHandle {
        try step("make the container's process") { () throws(SystemError) in
            var group: Descriptor?
            if let unified = cgroup?.unified { group = try Descriptor.open(unified.path, O_RDONLY | O_DIRECTORY) }
            var restored: Descriptor?
            if !namespaces.hasUserNamespace, let path = namespaces.pidNamespacePath {
                restored = try Descriptor.open("/proc/self/ns/pid_for_children", O_RDONLY)
                try Namespace.enter(try Descriptor.open(path, O_RDONLY), kind: .pid)
            }
            var pidfd: Int32 = -1
            let flags = namespaces.hasUserNamespace ? 0 : namespaces.cloneFlags
            let pid = clinux_clone3(flags, SIGCHLD, &pidfd, group?.rawValue ?? -1)
            if pid == 0 { child() }
            let code = errno
            if let restored { try Namespace.enter(restored, kind: .pid) }
            guard pid > 0 else { throw SystemError(call: "clone3", errno: code, subject: id) }
            return ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd))
        }
    }
}
