import Glibc
import Linux

/// A program that the runtime runs inside a container for us.
struct ExecSession: Sendable {
    private enum Event: Sendable {
        case outputEnded, exited, timedOut, drained
        case failed(MonitorError)
    }

    private let runtime: ProcessReference
    private let output: OutputCollector
    private let error: OutputCollector
    private let files: ExecFiles

    /// Starts the runtime with pipes for output and a file in memory for input.
    init(
        executable: String,
        arguments: [String],
        files: ExecFiles,
        request: ExecRequest
    ) throws(MonitorError) {
        try files.write(request.process)
        self.files = files
        (runtime, output, error) = try system { () throws(SystemError) in
            let outputPipe = try Descriptor.pipe()
            let errorPipe = try Descriptor.pipe()
            try outputPipe.read.setNonBlocking(true)
            try errorPipe.read.setNonBlocking(true)
            let input = try Descriptor.memoryFile(named: "exec-input")
            if let bytes = request.input { try input.writeAll(bytes) }
            let inputNumber = input.rawValue
            try retrying("lseek") { lseek(inputNumber, 0, SEEK_SET) }
            let process = try ChildProcess(executable: executable, arguments: arguments)
                .spawn([0: input.rawValue, 1: outputPipe.write.rawValue, 2: errorPipe.write.rawValue])
            return (
                ProcessReference(process),
                OutputCollector(owning: try outputPipe.read.duplicate().release(), limit: request.outputLimit),
                OutputCollector(owning: try errorPipe.read.duplicate().release(), limit: request.outputLimit)
            )
        }
    }

    /// Waits for the program's end and the end of its output.
    func run(_ request: ExecRequest, container id: String) async throws(MonitorError) -> ExecResult {
        let (timedOut, failure) = await withTaskGroup(of: Event.self) { group in
            let (runtime, output, error) = (runtime, output, error)
            group.addTask { await Self.event(.outputEnded, output.collect) }
            group.addTask { await Self.event(.outputEnded, error.collect) }
            group.addTask { await Self.event(.exited, runtime.waitUntilEnded) }
            if let timeout = request.timeout { group.addTask { await Self.event(.timedOut, after: timeout) } }
            let result = await follow(&group, drainTimeout: request.drainTimeout)
            group.cancelAll()
            return result
        }
        if let failure {
            killAll()
            // It was killed: this cannot take long, and a zombie would stay otherwise.
            _ = try system { () throws(SystemError) in try runtime.handle.wait() }
            throw failure
        }
        let status = runtime.reap() ?? .exited(-1)
        let (stdout, stderr) = (output.result, error.result)
        return ExecResult(
            exitCode: timedOut ? 137 : status.code,
            stdout: stdout.bytes,
            stderr: stderr.bytes,
            isTruncated: stdout.isTruncated || stderr.isTruncated,
            timedOut: timedOut
        )
    }

    /// Takes the events as they come, until the program and its output have ended.
    private func follow(
        _ group: inout TaskGroup<Event>,
        drainTimeout: Duration
    ) async -> (timedOut: Bool, failure: MonitorError?) {
        var hasExited = false
        var openStreams = 2
        var timedOut = false
        while let event = await group.next() {
            switch event {
            case .outputEnded: openStreams -= 1
            case .exited:
                hasExited = true
                if openStreams > 0 { group.addTask { await Self.event(.drained, after: drainTimeout) } }
            case .timedOut:
                if !hasExited {
                    timedOut = true
                    killAll()
                }
            case .drained: return (timedOut, nil)
            case .failed(let error): return (timedOut, error)
            }
            if hasExited && openStreams == 0 { return (timedOut, nil) }
        }
        return (timedOut, .cancelled)
    }

    /// Kills the program inside the container and the runtime that waits for it.
    private func killAll() {
        // No pid yet: the runtime has not started the program, and will not any more.
        if let text = try? FileSystem.readText(files.pid), let pid = pid_t(text),
            let program = try? ProcessHandle(pid: pid), ExecSession.parent(of: pid) == runtime.handle.pid
        {
            // ESRCH: it has ended by itself.
            try? program.signal(SIGKILL)
        }
        try? runtime.handle.signal(SIGKILL)
    }

    /// The parent of a process: field 4 of /proc/<pid>/stat, the second behind the command's last parenthesis.
    private static func parent(of pid: pid_t) -> pid_t? {
        guard let text = try? FileSystem.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[end...].split(separator: " ")
        return fields.count > 2 ? pid_t(fields[2]) : nil
    }

    private static func event(
        _ event: Event,
        _ body: () async throws(MonitorError) -> Void
    ) async -> Event {
        do throws(MonitorError) {
            try await body()
            return event
        } catch {
            return .failed(error)
        }
    }

    private static func event(_ event: Event, after duration: Duration) async -> Event {
        do {
            try await Task.sleep(for: duration)
            return event
        } catch {
            return .failed(.cancelled)
        }
    }
}
