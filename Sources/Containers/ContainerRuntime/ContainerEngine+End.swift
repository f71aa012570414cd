import Cgroups
import Glibc
import Linux
import OCISpec

extension ContainerEngine {
    /// Sends a signal to a container's first process, or to all of its processes.
    public func kill(id: String, signal: Int32, all: Bool = false) throws(RuntimeError) {
        let record = try store(id).record()
        if all {
            try killAll(record, signal: signal)
            return
        }
        guard record.isAlive else { throw RuntimeError(.wrongState, "container not running") }
        try send(signal, to: record)
        // What is frozen dies only when it is thawed.
        if signal == SIGKILL, let cgroup = record.cgroup, (try? cgroup.isFrozen()) == true {
            try cgroupStep("thaw the container") { () throws(CgroupError) in try cgroup.setFrozen(false) }
        }
    }

    private func send(_ signal: Int32, to record: ContainerRecord) throws(RuntimeError) {
        do throws(SystemError) {
            let process = try ProcessHandle(pid: record.pid)
            // Between the look and the pidfd the number may have gone to another process.
            guard record.isAlive else { throw SystemError(call: "kill", errno: ESRCH, subject: "pid \(record.pid)") }
            try process.signal(signal)
        } catch {
            if error.errno == ESRCH { throw RuntimeError(.wrongState, "container not running") }
            throw RuntimeError(.failed, "signal the container: \(error)")
        }
    }

    private func killAll(_ record: ContainerRecord, signal: Int32) throws(RuntimeError) {
        guard let cgroup = record.cgroup else { return }
        if signal == SIGKILL {
            try cgroupStep("kill the container") { () throws(CgroupError) in try cgroup.killAll() }
            return
        }
        let processes = try cgroupStep("list the container") { () throws(CgroupError) in try cgroup.processes() }
        for pid in processes {
            do throws(SystemError) { try ProcessHandle(pid: pid).signal(signal) } catch  where error.errno == ESRCH {
            } catch { throw RuntimeError(.failed, "signal the container: \(error)") }
        }
    }

    /// Removes what is left of a container: its cgroup and its state.
    ///
    /// - Parameter force: kills it first if it runs; a container that is not there is no error then.
    public func delete(id: String, force: Bool = false) throws(RuntimeError) {
        let store = try store(id)
        do throws(RuntimeError) {
            let lock = try store.lock()
            try delete(store, lock, force: force)
        } catch {
            if force && error.kind == .containerNotFound { return }
            throw error
        }
    }

    /// - Parameter lock: keeps others away while this runs.
    private func delete(_ store: StateStore, _ lock: borrowing Descriptor, force: Bool) throws(RuntimeError) {
        let found: ContainerRecord?
        do throws(RuntimeError) { found = try store.read() } catch {
            guard force, error.kind == .failed else { throw error }
            configuration.warn("\(error.message); what can be found without it is removed")
            removeNamedCgroup(store)
            found = nil
        }
        guard let record = found else {
            // Its maker was killed before there was anything but the folder.
            try store.remove()
            return
        }
        switch status(of: record, store) {
        case .stopped, .creating: break
        case .created where !force: break
        case let status where !force:
            throw RuntimeError(
                .wrongState,
                "cannot delete container \(store.id) that is not stopped: \(status.rawValue)"
            )
        default: break
        }
        try end(record)
        if let cgroup = record.cgroup {
            try cgroupStep("remove the cgroup") { () throws(CgroupError) in try cgroup.removeTree() }
        }
        // One that is not empty has somebody else in it by now.
        for folder in record.resctrl ?? [] { rmdir(folder) }
        runPoststop(record)
        try store.remove()
    }

    /// The group that the configuration names, where the state that knew it cannot be read.
    private func removeNamedCgroup(_ store: StateStore) {
        // Whatever of this cannot be had is not there to be removed, or is somebody's who will be told when he looks.
        guard let spec = try? SpecLoader(path: store.configurationPath).spec, let path = spec.linux?.cgroupsPath,
            path.hasPrefix("/"), let layout = try? CgroupLayout.detect(), let cgroup = try? Cgroup(path: path, in: layout)
        else { return }
        try? cgroup.removeTree()
    }

    private func end(_ record: ContainerRecord) throws(RuntimeError) {
        guard record.isAlive else { return }
        try step("kill the container") { () throws(SystemError) in
            do throws(SystemError) {
                let process = try ProcessHandle(pid: record.pid)
                guard record.isAlive else { return }
                try process.signal(SIGKILL)
                if let cgroup = record.cgroup, (try? cgroup.isFrozen()) == true { try? cgroup.setFrozen(false) }
                var interest = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
                if poll(&interest, 1, 10_000) == 0 {
                    throw SystemError(call: "kill", errno: ETIMEDOUT, subject: "pid \(record.pid)")
                }
            } catch  where error.errno == ESRCH {}
        }
    }

    /// The container is gone whatever these hooks do (runtime-spec, "Lifecycle" step 13): failures are warnings.
    private func runPoststop(_ record: ContainerRecord) {
        for hook in record.poststop ?? [] {
            do throws(RuntimeError) { try Hooks(state: record.state(.stopped)).run([hook], "poststop") } catch {
                configuration.warn(error.message)
            }
        }
    }

    /// Stops or continues all processes of a container.
    public func setPaused(id: String, _ paused: Bool) throws(RuntimeError) {
        let store = try store(id)
        let record = try store.record()
        let status = status(of: record, store)
        guard status == (paused ? .running : .paused) || (paused && status == .created) else {
            throw RuntimeError(.wrongState, "container not \(paused ? "running" : "paused")")
        }
        guard let cgroup = record.cgroup else { throw RuntimeError(.unsupported, "container \(id) has no cgroup") }
        try cgroupStep(paused ? "pause the container" : "resume the container") { () throws(CgroupError) in
            try cgroup.setFrozen(paused)
        }
    }

    /// The processes of a container.
    public func processes(id: String) throws(RuntimeError) -> [Int32] {
        guard let cgroup = try store(id).record().cgroup else { return [] }
        return try cgroupStep("list the container") { () throws(CgroupError) in try cgroup.processes() }
    }

    /// How many of a container's processes were killed for lack of memory. Ask before `delete`.
    public func oomKillCount(id: String) throws(RuntimeError) -> UInt64 {
        try store(id).record().cgroup?.oomKillCount() ?? 0
    }

    /// A container's control group, to watch or to read.
    public func cgroup(id: String) throws(RuntimeError) -> Cgroup? { try store(id).record().cgroup }
}
