import Glibc
import Linux

extension MonitorClient {
    /// How long a monitor may take for what it is asked.
    private static let patience = Duration.seconds(10)

    /// Has a container's monitor go on in a new file under the log's name; returns when that is there.
    ///
    /// - Parameter bundle: the folder of the configuration that the container was made from.
    public func reopenLog(id: String, bundle: String, path: String) async throws(MonitorError) {
        let monitor = try tracked(id).monitor
        try ask(monitor, bundle, id)
        let arrivals = try system { () throws(SystemError) in try self.arrivals() }
        let (directory, name) = FileSystem.split(path)
        let result = await withTaskGroup(of: Result<Void, MonitorError>.self) { group in
            group.addTask {
                do throws(MonitorError) { return .success(try await arrivals.wait(for: name, in: directory, .create)) } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                // Only a cancellation ends it early: the file is there.
                try? await EventThread.shared.sleep(until: Monotonic.now.advanced(by: Self.patience))
                return .failure(.monitorFailed(id: id, reason: "the log \(path) was not opened again"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .success(())
        }
        if Task.isCancelled { throw .cancelled }
        try result.get()
    }

    private func ask(_ monitor: ProcessReference, _ bundle: String, _ id: String) throws(MonitorError) {
        do throws(SystemError) {
            let control = try Descriptor.open("\(bundle)/ctl", O_WRONLY | O_NONBLOCK)
            try control.writeAll(Array("2 0 0\n".utf8))
        } catch  where error.errno == ENOENT {
            // A monitor of an earlier version, which has one for a terminal only.
            try signal(monitor, id)
        } catch  where error.errno == ENXIO {
            throw .notRunning(id: id)
        } catch {
            throw .system(error)
        }
    }

    private func signal(_ monitor: ProcessReference, _ id: String) throws(MonitorError) {
        do throws(SystemError) { try monitor.handle.signal(SIGUSR1) } catch  where error.errno == ESRCH {
            throw .notRunning(id: id)
        } catch {
            throw .system(error)
        }
    }
}
