import DNS
import Glibc
import Linux
import NetworkSpec

/// The process of the name server: it outlives the agent, is found by the file with its pid, or by its command line where that is
/// lost, and is begun anew where it is gone or runs another program than it would now.
final class NameServerProcess {
    private let configuration: NameServerConfiguration
    /// How long an old one may take to end.
    private static let patience = Duration.seconds(5)

    init(_ configuration: NameServerConfiguration) {
        self.configuration = configuration
    }

    /// Makes sure that one runs and has read the folder, or reads it now.
    func reload() throws {
        if let running = try find() {
            if try isCurrent(running) {
                do throws(SystemError) { return try running.signal(SIGHUP) } catch  where error.errno == ESRCH {}
            } else {
                try end(running)
            }
        }
        try start()
    }

    /// Ends it, and returns when it has ended.
    func end() throws {
        if let running = try find() { try end(running) }
    }

    /// Whether a port for names is free on an address: of nobody, or of no one but us.
    func canListen(on address: IPAddress) throws -> Bool {
        guard let place = SocketAddress(address.description, port: configuration.port) else { return false }
        do throws(SystemError) {
            _ = try DatagramSocket.bind(to: place)
            _ = try ConnectingSocket.listen(on: place)
            return true
        } catch  where error.errno == EADDRINUSE {
            return false
        }
    }

    /// The process, to wait for its end; nil where none runs.
    func find() throws(SystemError) -> WatchedProcess? {
        do throws(SystemError) {
            let text = try FileSystem.readText("\(configuration.directory)/\(NetworkFolder.pidFile)")
            if let pid = pid_t(text), let process = try process(pid) { return process }
        } catch  where error.errno == ENOENT {}
        // Somebody has deleted the file, or an agent was killed while the server began: a second one could not listen beside it.
        for name in try FileSystem.list("/proc") {
            if let pid = pid_t(name), let process = try process(pid) { return process }
        }
        return nil
    }

    private func process(_ pid: pid_t) throws(SystemError) -> WatchedProcess? {
        guard pid > 1 else { return nil }
        do throws(SystemError) {
            guard try isNameServer(pid) else { return nil }
            // The number may have become another's before the descriptor was there: looked at again.
            let process = WatchedProcess(try ProcessHandle(pid: pid))
            return try isNameServer(pid) ? process : nil
        } catch  where error.errno == ESRCH || error.errno == ENOENT {
            return nil
        }
    }

    /// The number may be another program's by now. The folder is on the command line, which is read by its name.
    private func isNameServer(_ pid: pid_t) throws(SystemError) -> Bool {
        let words = try FileSystem.read("/proc/\(pid)/cmdline", limit: 1 << 16).split(separator: 0)
        return words.contains { $0.elementsEqual(configuration.directory.utf8) }
            && words.first.map { String(decoding: $0, as: UTF8.self).hasSuffix("swiftlet-dns") } == true
    }

    private func isCurrent(_ process: WatchedProcess) throws(SystemError) -> Bool {
        let program = try FileSystem.status(configuration.program)
        do throws(SystemError) {
            // Through the link of the kernel, which still leads to a file that was replaced.
            let running = try FileSystem.status("/proc/\(process.pid)/exe")
            return running.device == program.device && running.inode == program.inode
        } catch  where error.errno == ENOENT {
            return false
        }
    }

    private func end(_ process: WatchedProcess) throws(SystemError) {
        do throws(SystemError) { try process.signal(SIGTERM) } catch  where error.errno == ESRCH { return }
        // Not our child: its end is seen by the descriptor.
        guard try process.hasEnded(within: NameServerProcess.patience) else {
            return try process.signal(SIGKILL)
        }
    }

    /// Returns when every address is served.
    private func start() throws {
        let said = try Descriptor.memoryFile(named: "swiftlet-dns")
        let command = ChildProcess(
            executable: configuration.program,
            arguments: [
                "--config", configuration.directory, "--port", "\(configuration.port)", "--filter-search-domain",
                configuration.domain, "--answer-failures", "run",
            ],
            workingDirectory: "/",
            newSession: true
        )
        let status = try command.spawn([2: said.rawValue]).wait()
        guard status == .exited(0) else {
            _ = lseek(said.rawValue, 0, SEEK_SET)
            let text = String(decoding: try said.readToEnd(limit: 4096), as: UTF8.self)
            throw NetworkError.names(text.isEmpty ? "the name server did not start" : text)
        }
    }
}
