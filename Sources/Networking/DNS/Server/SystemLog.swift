import Glibc
import Linux

/// Lines for syslogd or the journal, /dev/log of syslog(3): there is no one who reads a daemon's stderr.
final class SystemLog {
    /// The program has one thread.
    nonisolated(unsafe) static let shared = SystemLog()

    /// The priorities of syslog(3), of the facility LOG_DAEMON.
    enum Priority: Int {
        case error = 3
        case warning = 4
        case notice = 5
    }

    private static let facility = 3 << 3

    /// A machine without a log is no reason to fail.
    func write(_ priority: Priority, _ text: String) {
        guard let socket = try? UnixSocket.connectDatagram("/dev/log") else { return }
        let line = "<\(SystemLog.facility | priority.rawValue)>swiftlet-dns[\(getpid())]: \(text)"
        // As above; a log that is full loses the line.
        try? UnixSocket.send(Array(line.utf8), to: socket)
    }
}
