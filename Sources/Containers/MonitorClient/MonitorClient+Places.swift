import CLinux
import Glibc
import Linux

extension MonitorClient {
    /// The root folder of a running container, with all that is mounted there: for openat2(2) with RESOLVE_IN_ROOT.
    public func root(of id: String) throws(MonitorError) -> Descriptor {
        try open("root", CLINUX_O_PATH | O_DIRECTORY, of: id)
    }

    /// The network namespace of a running container, its pod's or the host's.
    public func network(of id: String) throws(MonitorError) -> Descriptor {
        try open("ns/net", O_RDONLY, of: id)
    }

    private func open(_ name: String, _ flags: Int32, of id: String) throws(MonitorError) -> Descriptor {
        guard let process = try tracked(id).process else { throw .notRunning(id: id) }
        do throws(SystemError) {
            let place = try Descriptor.open("/proc/\(process.handle.pid)/\(name)", flags)
            // Alive now: so the number was still its own when the place was opened.
            try process.handle.signal(0)
            return place
        } catch {
            if error.errno == ESRCH || error.errno == ENOENT { throw .notRunning(id: id) }
            throw .system(error)
        }
    }
}
