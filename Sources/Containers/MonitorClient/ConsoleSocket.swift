import CLinux
import Glibc
import Linux

/// The socket at which a runtime delivers the master of a terminal. Its file goes with it.
struct ConsoleSocket: ~Copyable {
    /// What the runtime is told. By way of our open folder: a socket's address has room for 107 bytes.
    let path: String
    private let listener: Descriptor
    private let folder: Descriptor
    private let name: String

    init(named name: String, in directory: String) throws(SystemError) {
        let folder = try Descriptor.open(directory, O_DIRECTORY)
        let listener = try UnixSocket.bind("/proc/self/fd/\(folder.rawValue)/\(name)")
        let number = listener.rawValue
        try listener.setNonBlocking(true)
        try retrying("listen", name) { listen(number, 1) }
        path = "/proc/\(getpid())/fd/\(folder.rawValue)/\(name)"
        self.listener = listener
        self.folder = folder
        self.name = name
    }

    deinit {
        _ = unlinkat(folder.rawValue, name, 0)
    }

    /// The terminal's master, which the caller closes; nil where the runtime ended without sending one.
    func receive(orEndOf program: ExecProgram) async throws(MonitorError) -> Int32? {
        guard try await waitUntilReadable(listener.rawValue, orEndOf: program) else { return nil }
        let number = clinux_accept(listener.rawValue)
        guard number >= 0 else { throw .system(SystemError.last("accept", path)) }
        let connection = Descriptor(owning: number)
        guard try await waitUntilReadable(number, orEndOf: program) else { return nil }
        let master = clinux_receive_descriptor(connection.rawValue)
        guard master >= 0 else { throw .system(SystemError.last("recvmsg", path)) }
        return master
    }

    /// False where the program ended with nothing to read.
    private func waitUntilReadable(_ number: Int32, orEndOf program: ExecProgram) async throws(MonitorError) -> Bool {
        // One descriptor for both.
        let either = try system { () throws(SystemError) in
            let either = try Epoll()
            try either.add(number, .readable, token: 0)
            try either.add(program.descriptor, .readable, token: 1)
            return either
        }
        try await wait(for: either.descriptor.rawValue)
        var isReadable = false
        try system { () throws(SystemError) in
            try either.wait(milliseconds: 0) { event throws(SystemError) in
                if event.token == 0 { isReadable = true }
            }
        }
        return isReadable
    }
}
