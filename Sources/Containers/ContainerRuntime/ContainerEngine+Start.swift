import Glibc
import Linux
import OCISpec

extension ContainerEngine {
    /// Lets the program of a created container begin.
    public func start(id: String) throws(RuntimeError) {
        let store = try store(id)
        let record = try start(store)
        do throws(RuntimeError) {
            try Hooks(state: record.state(.running)).run(record.poststart, "poststart")
        } catch {
            // runtime-spec, "Lifecycle" step 9: an error, and the container's end.
            do throws(RuntimeError) { try delete(id: id, force: true) } catch { configuration.warn(error.message) }
            throw error
        }
    }

    private func start(_ store: StateStore) throws(RuntimeError) -> ContainerRecord {
        let lock = try store.lock()
        defer { withExtendedLifetime(lock) {} }
        let record = try store.record()
        guard record.isAlive else { throw RuntimeError(.wrongState, "cannot start a container that has stopped") }
        guard FileSystem.exists(store.startSocketPath) else {
            throw RuntimeError(.wrongState, "cannot start an already running container")
        }
        let socket = try step("start the container") { () throws(SystemError) in
            let socket = try UnixSocket.make(type: Int32(SOCK_SEQPACKET.rawValue))
            try UnixSocket.connect(socket, to: store.startSocketPath)
            try FileSystem.removeFile(store.startSocketPath)
            return socket
        }
        let channel = StatusChannel.Borrowed(number: socket.rawValue)
        while true {
            switch try channel.next() {
            case .failure(let error): throw error
            case .warning(let message): configuration.warn(message)
            case .end: return record
            default: continue
            }
        }
    }

    /// What is known of a container.
    public func state(id: String) throws(RuntimeError) -> RuntimeState {
        let store = try store(id)
        guard let record = try store.read() else {
            return RuntimeState(id: id, status: .creating, pid: 0, bundle: "")
        }
        return record.state(status(of: record, store))
    }

    /// A container's record and status; nil for a folder that holds none yet.
    public func container(id: String) throws(RuntimeError) -> (record: ContainerRecord, status: RuntimeState.Status)? {
        let store = try store(id)
        return try store.read().map { ($0, status(of: $0, store)) }
    }

    /// The ids of all containers.
    public func list() throws(RuntimeError) -> [String] { try StateStore.ids(in: configuration.root) }

    func status(of record: ContainerRecord, _ store: StateStore) -> RuntimeState.Status {
        if record.pid == 0 { return .creating }
        guard record.isAlive else { return .stopped }
        if FileSystem.exists(store.startSocketPath) { return .created }
        // A group that cannot be read is not known to be frozen.
        if let cgroup = record.cgroup, (try? cgroup.isFrozen()) == true { return .paused }
        return .running
    }
}

extension ContainerRecord {
    func state(_ status: RuntimeState.Status) -> RuntimeState {
        var state = RuntimeState(id: id, status: status, pid: status == .stopped ? 0 : pid, bundle: bundle)
        state.ociVersion = ociVersion
        state.annotations = annotations
        return state
    }
}
