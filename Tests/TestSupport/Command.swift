import Glibc
import Linux

/// A program that is run to its end.
public struct Command: Sendable {
    public var arguments: [String]
    public var environment: [String: String] = [:]
    /// What the program reads on its standard input.
    public var input: [UInt8] = []
    public var deadline: Duration = .seconds(60)
    /// Descriptors that it gets besides its standard ones: number there, number here.
    public var descriptors: [Int32: Int32] = [:]

    /// The program is searched along PATH.
    public init(_ arguments: [String], input: [UInt8] = [], deadline: Duration = .seconds(60)) {
        self.arguments = arguments
        self.input = input
        self.deadline = deadline
    }

    public init(_ arguments: String...) {
        self.init(arguments)
    }

    /// How a program ended and what it wrote.
    public struct Outcome: Sendable, CustomStringConvertible {
        public var command: String
        public var status: ExitStatus
        public var output: [UInt8]
        public var errorOutput: [UInt8]

        public var text: String { String(decoding: output, as: UTF8.self) }
        public var errorText: String { String(decoding: errorOutput, as: UTF8.self) }
        public var succeeded: Bool { status == .exited(0) }
        public var description: String { "\(command): \(status)\n\(text)\(errorText)" }

        /// Throws itself where the program failed.
        @discardableResult
        public func checked() throws -> Outcome {
            guard succeeded else { throw Failure(outcome: self) }
            return self
        }
    }

    public struct Failure: Error, CustomStringConvertible {
        public var outcome: Outcome
        public var description: String { outcome.description }
    }

    public struct TimedOut: Error, CustomStringConvertible {
        public var command: String
        public var output: String
        public var description: String { "\(command): did not end in time\n\(output)" }
    }

    /// Runs it, in the namespaces of the calling thread, and blocks until it has ended and its output is read.
    public func run() throws -> Outcome {
        let out = try Pipe.ends()
        let error = try Pipe.ends()
        let source = try Descriptor.memoryFile(named: "input")
        try source.writeAll(input)
        _ = lseek(source.rawValue, 0, SEEK_SET)
        defer { [out.read, error.read].forEach { _ = Glibc.close($0) } }
        let process: ProcessHandle
        do {
            defer { [out.write, error.write].forEach { _ = Glibc.close($0) } }
            process = try spawn([0: source.rawValue, 1: out.write, 2: error.write])
        }
        var collected: [[UInt8]] = [[], []]
        let ended = Command.collect([out.read, error.read], into: &collected, until: Deadline(in: deadline))
        if !ended {
            // It may have ended already: it is reaped either way.
            try? process.signal(SIGKILL)
            _ = try process.wait()
            throw TimedOut(command: description, output: collected.map { String(decoding: $0, as: UTF8.self) }.joined())
        }
        guard let status = try process.wait() else { preconditionFailure("waitid(2) blocks until the end") }
        return Outcome(command: description, status: status, output: collected[0], errorOutput: collected[1])
    }

    /// Starts it and does not wait.
    public func spawn(_ standard: [Int32: Int32] = [:]) throws -> ProcessHandle {
        var inherited: [String] = []
        var variable = environ
        while let entry = variable.pointee {
            let text = String(cString: entry)
            if !environment.keys.contains(where: { text.hasPrefix("\($0)=") }) { inherited.append(text) }
            variable += 1
        }
        let child = ChildProcess(
            executable: try Command.find(arguments[0]),
            arguments: Array(arguments.dropFirst()),
            environment: inherited + environment.map { "\($0.key)=\($0.value)" },
            workingDirectory: "/"
        )
        return try child.spawn(descriptors.merging(standard) { $1 })
    }

    private var description: String { arguments.joined(separator: " ") }

    /// Reads descriptors to their ends; false where the deadline comes first.
    private static func collect(_ descriptors: [Int32], into output: inout [[UInt8]], until end: Deadline) -> Bool {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while polled.contains(where: { $0.fd >= 0 }) {
            if end.hasPassed { return false }
            if poll(&polled, nfds_t(polled.count), end.milliseconds) <= 0 { continue }
            for index in polled.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
                let count = Glibc.read(polled[index].fd, &buffer, buffer.count)
                if count > 0 {
                    output[index] += buffer[..<count]
                } else if count == 0 || errno != EINTR {
                    // poll(2) ignores negative descriptors.
                    polled[index].fd = -1
                }
            }
        }
        return true
    }

    private static func find(_ program: String) throws -> String {
        if program.contains("/") { return program }
        for folder in ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"] {
            let path = "\(folder)/\(program)"
            if access(path, X_OK) == 0 { return path }
        }
        throw SystemError(call: "exec", errno: ENOENT, subject: program)
    }

    /// A line on standard error.
    package static func printError(_ text: String) {
        let line = Array((text + "\n").utf8)
        // A closed standard error leaves nowhere to complain to.
        _ = Glibc.write(2, line, line.count)
    }
}
