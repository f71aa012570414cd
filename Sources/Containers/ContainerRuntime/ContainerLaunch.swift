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
            process = try plan.cloneProcess { () -> Never in
                close(ours)
                close(lock)
                InitProcess(
                    plan: plan,
                    channel: StatusChannel.Borrowed(number: theirs),
                    startSocket: startSocket,
                    console: console
                ).run()
            }
        } catch {
            close(theirs)
            throw error
        }
        close(theirs)
        do throws(RuntimeError) {
            record.pid = process.pid
            record.startTime = ProcessHandle.startTime(of: process.pid) ?? 0
            try store.write(record)
            if startSocket == nil && !plan.hasRuntimeHooks && !plan.namespaces.hasUserNamespace {
                try step("start the container") { () throws(SystemError) in try channel.sendProceed() }
            }
            try attend(channel, pid: process.pid, waitsForStart: startSocket != nil)
            if startSocket == nil { try hooks(pid: process.pid, .running).run(plan.spec.hooks?.poststart, "poststart") }
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
        let isPrepaid = !waitsForStart && !plan.hasRuntimeHooks && !plan.namespaces.hasUserNamespace
        while true {
            switch try channel.next() {
            case .warning(let message): engine.configuration.warn(message)
            case .failure(let error): throw error
            case .needsMapping:
                try mapUsers(pid: pid)
                try proceed(channel)
                // The wait before the program begins has no other answer coming.
                if !waitsForStart && !plan.hasRuntimeHooks { try proceed(channel) }
            case .needsHooks:
                let hooks = hooks(pid: pid, .creating)
                try hooks.run(plan.spec.hooks?.prestart, "prestart")
                try hooks.run(plan.spec.hooks?.createRuntime, "createRuntime")
                try proceed(channel)
            case .ready:
                if waitsForStart { return }
                if !isPrepaid { try proceed(channel) }
            case .end:
                if waitsForStart { throw RuntimeError(.failed, "the container's process died while it was made") }
                return
            }
        }
    }

    private func proceed(_ channel: StatusChannel.Borrowed) throws(RuntimeError) {
        try step("talk to the container's process") { () throws(SystemError) in try channel.sendProceed() }
    }

    private func hooks(pid: pid_t, _ status: RuntimeState.Status) -> Hooks {
        var state = RuntimeState(id: plan.id, status: status, pid: pid, bundle: plan.bundle)
        state.annotations = plan.spec.annotations
        return Hooks(state: state)
    }

    /// Maps the user namespace, and moves the process into its cgroup while it has no rights to do so itself.
    private func mapUsers(pid: pid_t) throws(RuntimeError) {
        func text(_ mappings: [RuntimeSpec.IDMapping]?) -> String {
            (mappings ?? []).map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
        }
        try step("map the user namespace") { () throws(SystemError) in
            try FileSystem.writeKernelFile("/proc/\(pid)/uid_map", text(plan.spec.linux?.uidMappings))
            try FileSystem.writeKernelFile("/proc/\(pid)/gid_map", text(plan.spec.linux?.gidMappings))
        }
        if let cgroup = plan.cgroup {
            try cgroupStep("enter the cgroup") { () throws(CgroupError) in
                try cgroup.add(pid, skippingUnified: true)
            }
        }
    }
}

extension LaunchPlan {
    /// clone3(2) into the new namespaces and, on version 2, into the cgroup.
    fileprivate func cloneProcess(_ child: () -> Never) throws(RuntimeError) -> ProcessHandle {
        try step("make the container's process") { () throws(SystemError) in
            var group: Descriptor?
            if let unified = cgroup?.unified { group = try Descriptor.open(unified.path, O_RDONLY | O_DIRECTORY) }
            var restored: Descriptor?
            if let path = namespaces.pidNamespacePath {
                restored = try Descriptor.open("/proc/self/ns/pid_for_children", O_RDONLY)
                try Namespace.enter(try Descriptor.open(path, O_RDONLY), kind: .pid)
            }
            var pidfd: Int32 = -1
            let pid = clinux_clone3(namespaces.cloneFlags, SIGCHLD, &pidfd, group?.rawValue ?? -1)
            if pid == 0 { child() }
            let code = errno
            if let restored { try Namespace.enter(restored, kind: .pid) }
            guard pid > 0 else { throw SystemError(call: "clone3", errno: code, subject: id) }
            return ProcessHandle(pid: pid, owning: Descriptor(owning: pidfd))
        }
    }
}
