import Glibc
import Linux

extension MonitorClient {
    /// Finds out what became of a container that an earlier agent started, and takes it over.
    ///
    /// Where a monitor lives but has not got its container running yet, this waits until it has. Where the monitor was
    /// killed, what is left of the container is killed and removed first.
    public func adopt(id: String, directory: String) async throws(MonitorError) -> AdoptedContainer {
        let kept = try keptMonitor(of: id)
        guard let monitor = try await livingMonitor(directory, kept) else {
            return try await closeBooks(id: id, directory: directory)
        }
        let container = TrackedContainer(id: id, directory: directory, monitor: monitor, process: nil)
        track(container)
        guard let record = try await runningRecord(container) else {
            // It ended while it was looked at.
            return try await closeBooks(id: id, directory: directory)
        }
        let running = try system { () throws(SystemError) in try container.with(record) }
        track(running)
        if case .living = kept {} else { keeper?.keep(monitor.handle.descriptor.rawValue, of: id) }
        return .running(running.running(record))
    }

    /// The monitor of a run directory; nil where none lives.
    private func livingMonitor(
        _ directory: String,
        _ kept: KeptMonitor
    ) async throws(MonitorError) -> ProcessReference? {
        if case .living(let monitor) = kept { return monitor }
        let path = MonitorLock.path(in: directory)
        guard FileSystem.exists(path) else { return nil }
        if case .ended = kept {
            // Unless a later monitor has the file, what it says is about the one that has ended.
            let isFree = try system { () throws(SystemError) in
                try MonitorLock.isFree(try Descriptor.open(path, O_RDONLY))
            }
            if isFree { return nil }
        }
        // It has its name there but for the first moment of its life.
        let name = try system { () throws(SystemError) in try MonitorLock.monitor(in: directory) }
        if let name { return try system { () throws(SystemError) in try name.open() } }
        // Watched before it is looked at again, so that no change is missed.
        let changes = try system { () throws(SystemError) in
            let changes = try Inotify()
            _ = try changes.watch(path, [.modify, .closeWrite])
            return changes
        }
        while true {
            let name = try system { () throws(SystemError) in try MonitorLock.monitor(in: directory) }
            if let name { return try system { () throws(SystemError) in try name.open() } }
            // Locked and without a name: it was started this moment, and writes its name first of all or dies.
            let isFree = try system { () throws(SystemError) in
                try MonitorLock.isFree(try Descriptor.open(path, O_RDONLY))
            }
            if isFree { return nil }
            try await wait(for: changes.descriptor.rawValue)
            _ = try system { () throws(SystemError) in try changes.read() }
        }
    }

    /// The record of a container that runs or has run; nil where its monitor ended before that.
    private func runningRecord(_ container: TrackedContainer) async throws(MonitorError) -> StatusFile? {
        // To let go of an inotify instance takes the kernel milliseconds: none where it is not needed.
        if let record = try StatusFile.read(container.directory), record.pid > 0 { return record }
        if let record = try restoredRecord(container) { return record }
        let changes = try system { () throws(SystemError) in
            let changes = try Inotify()
            _ = try changes.watch(container.directory, [.movedTo])
            return changes
        }
        // One descriptor for both: the record appears, or the monitor ends.
        let either = try system { () throws(SystemError) in
            let either = try Epoll()
            try either.add(changes.descriptor.rawValue, .readable, token: 0)
            try either.add(container.monitor.handle.descriptor.rawValue, .readable, token: 1)
            return either
        }
        while true {
            let record = try StatusFile.read(container.directory)
            if let record, record.pid > 0 { return record }
            if record?.error != nil { return nil }
            if let record = try restoredRecord(container) { return record }
            var hasEnded = false
            // Not for ever: a record may be deleted before its monitor comes to its second half, and nothing tells of that.
            try await wait(for: either.descriptor.rawValue, atMost: .seconds(1))
            try system { () throws(SystemError) in
                _ = try changes.read()
                try either.wait(milliseconds: 0) { event throws(SystemError) in
                    if event.token == 1 { hasEnded = true }
                }
            }
            if hasEnded {
                let last = try StatusFile.read(container.directory)
                return last?.pid ?? 0 > 0 ? last : nil
            }
        }
    }

    /// The record of a container whose monitor has written one that somebody has deleted: nobody writes it before the end. What it said
    /// stands on the monitor's command line from its second half on, which begins after the record was written.
    private func restoredRecord(_ container: TrackedContainer) throws(MonitorError) -> StatusFile? {
        guard let watched = StatusFile(monitor: container.monitor.handle.pid) else { return nil }
        let path = "\(container.directory)/status.json"
        let temporary = "\(container.directory)/.status.json.restored"
        let isWritten = try system { () throws(SystemError) in
            try FileSystem.writeAtomically(temporary, watched.json, durable: false)
            // Not over one that the monitor has written meanwhile: its last one.
            let code = link(temporary, path) == 0 ? 0 : errno
            try FileSystem.removeFile(temporary)
            if code != 0 && code != EEXIST { throw SystemError(call: "link", errno: code, subject: path) }
            return code == 0
        }
        return isWritten ? watched : try StatusFile.read(container.directory)
    }

    /// What became of a container whose monitor has ended.
    private func closeBooks(id: String, directory: String) async throws(MonitorError) -> AdoptedContainer {
        let record = try StatusFile.read(directory)
        var process: ProcessReference?
        if let record, record.pid > 0 {
            process = try system { () throws(SystemError) in
                try ProcessName(pid: record.pid, startTime: record.startTime).open()
            }
        }
        try await clean(id: id, directory: directory, process: process)
        forget(id)
        guard let record else { return .neverStarted }
        if let exit = record.exit { return .exited(exit) }
        return .lost(.lost(startedAt: record.started))
    }
}
