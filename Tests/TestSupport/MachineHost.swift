import Glibc
import Linux
import Synchronization

/// The machine itself, with its systemd, cgroups and network: for tests in a virtual machine that is thrown away
/// (`Requirement.systemdMachine`).
public final class MachineHost: Host {
    public let folder: String
    private let processes = Mutex<[HostProcess]>([])
    private let thread = DedicatedThread(name: "machine")

    public init(_ name: String) throws {
        // On a disk: the upper layer of an overlay may be there.
        try FileSystem.makeDirectories("/var/tmp")
        var template = Array("/var/tmp/swiftlet-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp", name) }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public func run(_ command: Command) async throws -> Command.Outcome {
        try await thread.run { try command.run() }
    }

    public func start(_ command: Command, output: String) async throws -> HostProcess {
        let process = try await thread.run {
            let log = try Descriptor.open(output, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
            return HostProcess(try command.spawn([1: log.rawValue, 2: log.rawValue]), log: output)
        }
        processes.withLock { $0.append(process) }
        return process
    }

    public func snapshot(files roots: [String]) async throws -> HostSnapshot {
        let outcome = try await run(Command(["/bin/sh", "-c", TestHost.snapshotScript, "sh"] + roots)).checked()
        return HostSnapshot(parsing: outcome.text)
    }

    /// Ends what the test started, and leaves its files.
    public func endProcesses() {
        for process in processes.withLock({ $0 }) where process.isRunning {
            do {
                try process.signal(SIGKILL)
                try process.wait()
            } catch {
                Command.printError("\(folder): \(error)")
            }
        }
    }

    public func close() {
        endProcesses()
        do { try FileSystem.removeTree(folder) } catch { Command.printError("\(folder): \(error)") }
    }
}
