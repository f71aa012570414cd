import Glibc
import JSONCoding
import Linux

/// A plugin's program, run once for each command: what it is told comes by its environment and standard input, what it answers by
/// standard output.
struct PluginProgram {
    /// How one run ended.
    enum Outcome: Sendable, Hashable {
        /// What it answered; empty is allowed, but for ADD.
        case done([UInt8])
        /// Its number and its words.
        case failed(code: Int64?, message: String)
    }

    var path: String
    /// How long it may take. It runs on the thread that serves all networks.
    var limit: Duration

    /// Runs it to its end. One that takes too long is killed, with all that it has started.
    func run(_ variables: [String: String], _ input: [UInt8]) throws -> Outcome {
        let question = try Descriptor.memoryFile(named: "plugin-in")
        let answer = try Descriptor.memoryFile(named: "plugin-out")
        let words = try Descriptor.memoryFile(named: "plugin-err")
        try question.writeAll(input)
        try Self.rewind(question)
        var child = ChildProcess(executable: path, arguments: [])
        child.environment = variables.map { "\($0.key)=\($0.value)" }
        // A group of its own, to be ended together: plugins run others (ipam, iptables).
        child.newSession = true
        let process = try child.spawn([0: question.rawValue, 1: answer.rawValue, 2: words.rawValue])
        let isInTime = try Self.waits(for: process, limit)
        if !isInTime {
            // Its number is its own, and its group's, until it is reaped below.
            _ = kill(-process.pid, SIGKILL)
        }
        let status = try process.wait()
        guard isInTime else { return .failed(code: nil, message: "killed because it had not ended after \(limit)") }
        let output = try Self.text(answer)
        if status == .exited(0) { return .done(output) }
        // An answer that cannot be read is told as it is.
        if let node = try? JSON.parse(output), let message = node["msg"]?.stringValue {
            let details = node["details"]?.stringValue.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
            return .failed(code: node["code"]?.integerValue, message: message + details)
        }
        let text = String(decoding: output + (try Self.text(words)), as: UTF8.self)
        let how: String
        switch status {
        case .exited(let code): how = "exit code \(code)"
        case .signaled(let signal): how = "signal \(signal)"
        case nil: how = "no exit status"
        }
        return .failed(code: nil, message: text.isEmpty ? how : "\(how): \(text.prefix(1000))")
    }

    /// Whether a process ends in time.
    private static func waits(for process: borrowing ProcessHandle, _ limit: Duration) throws(SystemError) -> Bool {
        let deadline = Monotonic.now.advanced(by: limit)
        let number = process.descriptor.rawValue
        while Monotonic.now < deadline {
            if try ends(number, within: deadline.since(.now)) { return true }
        }
        return false
    }

    /// Waits for a process by its pidfd, which is readable when it has ended.
    private static func ends(_ pidfd: Int32, within rest: Duration) throws(SystemError) -> Bool {
        let (seconds, attoseconds) = rest.components
        let milliseconds = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
        var entry = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        return try retrying("poll", "plugin") { poll(&entry, 1, milliseconds) } > 0
    }

    private static func text(_ file: borrowing Descriptor) throws(SystemError) -> [UInt8] {
        try rewind(file)
        return try file.readToEnd(limit: 1 << 20)
    }

    private static func rewind(_ file: borrowing Descriptor) throws(SystemError) {
        let number = file.rawValue
        try retrying("lseek", "plugin") { lseek(number, 0, SEEK_SET) }
    }
}
