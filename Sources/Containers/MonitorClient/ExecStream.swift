import Glibc
import Linux
import OCISpec

/// A program that runs inside a container with its streams in our hands.
///
/// What is let go of is closed: dropping `input` is the end of the program's input.
public struct ExecStream: Sendable {
    /// Nil where the program reads from nothing. With a terminal, what is typed.
    public var input: ByteWriter?
    /// Standard output; with a terminal, all that appears on it.
    public var output: ByteReader
    /// Standard error; with a terminal only what the runtime says where it cannot start the program.
    public var error: ByteReader
    /// The terminal, for its size; nil without one.
    public var terminal: ByteWriter?
    public let program: ExecProgram
}

extension MonitorClient {
    /// Starts a program inside a running container and gives its streams away. The caller waits for `program` or hangs it up.
    ///
    /// With `process.terminal` it gets a terminal of its own.
    ///
    /// - Parameter hasInput: whether it reads from us; else from nothing.
    public func open(
        id: String,
        _ process: RuntimeSpec.Process,
        hasInput: Bool
    ) async throws(MonitorError) -> ExecStream {
        let container = try tracked(id)
        let number = execCounter.add(1, ordering: .relaxed).newValue
        let name = "exec-\(getpid())-\(number)"
        let files = ExecFiles(process: "\(container.directory)/\(name).json", pid: "\(container.directory)/\(name).pid")
        var arguments = [
            "--root", configuration.runtimeRoot, "exec", "--process", files.process, "--pid-file", files.pid,
        ]
        do throws(MonitorError) {
            try files.write(process)
            var console: ConsoleSocket?
            if process.terminal == true {
                console = try system { () throws(SystemError) in
                    try ConsoleSocket(named: "\(name).sock", in: container.directory)
                }
                if let path = console?.path { arguments += ["--console-socket", path] }
            }
            let start = ExecStart(executable: try runtime(of: container.directory), arguments: arguments + [id], files: files)
            guard let console else {
                return try system { () throws(SystemError) in try start.withPipes(hasInput: hasInput) }
            }
            return try await start.withTerminal(console, hasInput: hasInput)
        } catch {
            files.remove()
            throw error
        }
    }
}

/// How to start the runtime for an exec.
private struct ExecStart {
    let executable: String
    let arguments: [String]
    let files: ExecFiles

    func withPipes(hasInput: Bool) throws(SystemError) -> ExecStream {
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        var streams: [Int32: Int32] = [1: output.write.rawValue, 2: error.write.rawValue]
        guard hasInput else {
            return ExecStream(
                output: try ByteReader(try output.read.duplicate()),
                error: try ByteReader(try error.read.duplicate()),
                program: ExecProgram(try spawn(streams), files)
            )
        }
        let input = try Descriptor.pipe()
        streams[0] = input.read.rawValue
        return ExecStream(
            input: try ByteWriter(try input.write.duplicate()),
            output: try ByteReader(try output.read.duplicate()),
            error: try ByteReader(try error.read.duplicate()),
            program: ExecProgram(try spawn(streams), files)
        )
    }

    func withTerminal(_ console: borrowing ConsoleSocket, hasInput: Bool) async throws(MonitorError) -> ExecStream {
        let (program, complaints) = try system { () throws(SystemError) in
            let error = try Descriptor.pipe()
            return (
                ExecProgram(try spawn([2: error.write.rawValue]), files),
                try ByteReader(try error.read.duplicate())
            )
        }
        let number: Int32?
        do throws(MonitorError) { number = try await console.receive(orEndOf: program) } catch {
            await program.hangUp()
            throw error
        }
        guard let number else {
            // It ended without a terminal, and has said why.
            return ExecStream(output: complaints, error: complaints, program: program)
        }
        let master = Descriptor(owning: number)
        return try system { () throws(SystemError) in
            let terminal = try ByteWriter(try master.duplicate())
            return ExecStream(
                input: hasInput ? terminal : nil,
                output: try ByteReader(try master.duplicate()),
                error: complaints,
                terminal: terminal,
                program: program
            )
        }
    }

    private func spawn(_ streams: [Int32: Int32]) throws(SystemError) -> ProcessReference {
        ProcessReference(try ChildProcess(executable: executable, arguments: arguments).spawn(streams))
    }
}
