import TestSupport

/// What a service manager gives to a program that it starts.
struct ServiceEnvironment: Sendable {
    /// NOTIFY_SOCKET.
    var notifySocket: String?
    /// WATCHDOG_USEC.
    var watchdog: Int?
    /// What it passes, from descriptor 3 on.
    var descriptors: [(name: String, number: Int32)] = []

    func apply(to command: inout Command) {
        if let notifySocket { command.environment["NOTIFY_SOCKET"] = notifySocket }
        if let watchdog { command.environment["WATCHDOG_USEC"] = "\(watchdog)" }
        guard !descriptors.isEmpty else { return }
        command.environment["LISTEN_FDS"] = "\(descriptors.count)"
        command.environment["LISTEN_FDNAMES"] = descriptors.map(\.name).joined(separator: ":")
        for (index, descriptor) in descriptors.enumerated() {
            command.descriptors[3 + Int32(index)] = descriptor.number
        }
        // The shell becomes the program: the pid stays.
        command.arguments = ["/bin/sh", "-c", "export LISTEN_PID=$$; exec \"$@\"", "sh"] + command.arguments
    }
}
