import CLinux
import Glibc
import Linux

/// Where a runtime delivers the master of the container's terminal: a pair of sockets for the one in this process, a socket
/// in the bundle for a program.
final class TerminalSocket {
    /// The runtime's end; −1 where it comes by `path`.
    let far: Int32
    /// What `--console-socket` says. By way of our open folder: a socket's address has room for 107 bytes.
    let path: String
    private let near: Int32
    private let folder: Int32

    private static var name: String { "console-\(getpid()).sock" }

    init(_ options: MonitorOptions) throws(MonitorFailure) {
        do throws(SystemError) {
            let folder = try Descriptor.open(options.container.bundle, O_DIRECTORY)
            if options.runtime.path == nil {
                let pair = try Descriptor.socketPair(type: Int32(SOCK_STREAM.rawValue))
                near = pair.first.release()
                far = pair.second.release()
                path = ""
            } else {
                let name = TerminalSocket.name
                let listener = try UnixSocket.bind("/proc/self/fd/\(folder.rawValue)/\(name)")
                let number = listener.rawValue
                try retrying("listen", name) { listen(number, 1) }
                near = listener.release()
                far = -1
                path = "/proc/\(getpid())/fd/\(folder.rawValue)/\(name)"
            }
            self.folder = folder.release()
        } catch {
            throw MonitorFailure("make the console socket", error.description)
        }
    }

    deinit {
        if far >= 0 { close(far) } else { _ = unlinkat(folder, TerminalSocket.name, 0) }
        close(near)
        close(folder)
    }

    /// The master. The runtime has made the container by now: what is not there will not come.
    func receive() throws(SystemError) -> Descriptor {
        let near = near
        try retrying("fcntl", "console socket") { clinux_fcntl_int(near, F_SETFL, O_NONBLOCK) }
        var connection = near
        if far < 0 { connection = try retrying("accept", "console socket") { clinux_accept(near) } }
        defer { if far < 0 { close(connection) } }
        return Descriptor(
            owning: try retrying("recvmsg", "console socket") { clinux_receive_descriptor(connection) }
        )
    }
}
