import Glibc
import JSONCoding
import Linux

/// A monitor that was just started, and the pipe on which it says how it went.
struct MonitorStart: ~Copyable {
    enum Answer {
        case running
        case failed(String)
        /// The pipe's other end was closed without a word: the monitor is dead.
        case none
    }

    /// Numbers of descriptors in the monitor.
    private static let syncNumber: Int32 = 3
    private static let lockNumber: Int32 = 4
    private static let startNumber: Int32 = 5

    let monitor: ProcessReference
    private let pipe: Descriptor
    /// The monitor waits for a byte from here; its end without one ends the monitor.
    private let gate: Descriptor
    private let id: String

    /// Starts the monitor in a session of its own.
    init(_ launch: MonitorClient.Launch, _ configuration: MonitorClient.Configuration) throws(MonitorError) {
        let (monitor, pipe, gate) = try MonitorStart.spawn(launch, configuration)
        self.monitor = monitor
        self.pipe = Descriptor(owning: pipe)
        self.gate = Descriptor(owning: gate)
        id = launch.id
    }

    private static func spawn(
        _ launch: MonitorClient.Launch,
        _ configuration: MonitorClient.Configuration
    ) throws(MonitorError) -> (ProcessReference, pipe: Int32, gate: Int32) {
        let lock = try system { () throws(SystemError) in
            try FileSystem.makeDirectories(launch.directory)
            return try MonitorLock.acquire(in: launch.directory)
        }
        guard let lock else { throw .alreadyRunning(id: launch.id) }
        return try system { () throws(SystemError) in
            // What an earlier attempt left must not be read as this one's.
            for name in ["status.json", "exit", "oom", "pid", "runtime", "warnings"] {
                try FileSystem.removeFile("\(launch.directory)/\(name)")
            }
            // Written down before it makes anything: who removes the container must ask the same one.
            if let runtime = launch.runtime {
                try FileSystem.writeAtomically(
                    runtimeFile(in: launch.directory),
                    Array(runtime.utf8),
                    durable: false
                )
            }
            let pipe = try Descriptor.pipe()
            try pipe.read.setNonBlocking(true)
            let gate = try Descriptor.pipe()
            let program = ChildProcess(
                executable: configuration.monitorExecutable,
                arguments: arguments(launch, configuration),
                environment: [
                    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "_OCI_SYNCPIPE=\(syncNumber)", "_OCI_STARTPIPE=\(startNumber)",
                ],
                workingDirectory: "/",
                newSession: true
            )
            let monitor = try program.spawn([
                syncNumber: pipe.write.rawValue, lockNumber: lock.descriptor.rawValue,
                startNumber: gate.read.rawValue,
            ])
            return (
                ProcessReference(monitor), try pipe.read.duplicate().release(), try gate.write.duplicate().release()
            )
        }
    }

    /// The file that names the runtime of a container, where it is not the usual one.
    static func runtimeFile(in directory: String) -> String { "\(directory)/runtime" }

    private static func arguments(
        _ launch: MonitorClient.Launch,
        _ configuration: MonitorClient.Configuration
    ) -> [String] {
        var arguments = [
            "--api-version", "1", "--cid", launch.id, "--cuuid", launch.id, "--name", launch.name,
            "--bundle", launch.bundle, "--container-pidfile", "\(launch.directory)/pid",
            "--persist-dir", launch.directory, "--log-path", "k8s-file:\(launch.logPath)",
            "--runtime-arg", "--root=\(configuration.runtimeRoot)",
            "--sync", "--start", "--lock-descriptor", "\(lockNumber)",
        ]
        if let limit = launch.logSizeLimit {
            arguments += ["--log-size-max", "\(limit)", "--log-max-files", "\(launch.keptLogs)"]
        }
        if launch.compressesLogs { arguments.append("--log-compress") }
        if let limit = launch.logBlockLimit { arguments += ["--log-full-disk", "block:\(max(1, limit.components.seconds))"] }
        // A socket that nobody uses costs nothing while the container runs.
        arguments.append("--full-attach")
        if launch.opensInput { arguments.append("--stdin") }
        if launch.opensInput && !launch.endsInputWithClient { arguments.append("--leave-stdin-open") }
        if launch.hasTerminal { arguments.append("--terminal") }
        if let journal = launch.journal { arguments += journal.arguments }
        if let runtime = launch.runtime { arguments += ["--runtime", runtime] }
        if let cgroup = launch.monitorCgroup { arguments += ["--monitor-cgroup", cgroup] }
        return arguments
    }

    /// Lets the monitor begin.
    func release() throws(MonitorError) {
        do throws(SystemError) { try gate.writeAll([1]) } catch {
            // EPIPE: it is dead, which `answer` says.
            if error.errno != EPIPE { throw .system(error) }
        }
    }

    /// Waits for the one line that the monitor says.
    func answer() async throws(MonitorError) -> Answer {
        struct Line: Decodable {
            var data: Int32
            var message: String?
        }
        var bytes: [UInt8] = []
        while bytes.last != UInt8(ascii: "\n") {
            try await wait(for: pipe.rawValue)
            let more = try system { () throws(SystemError) in try readSome() }
            guard let more else { continue }
            if more.isEmpty { return .none }
            bytes += more
        }
        let line: Line
        do { line = try JSON.decode(Line.self, from: bytes) } catch {
            throw .monitorFailed(id: id, reason: "said \(String(decoding: bytes, as: UTF8.self)): \(error)")
        }
        return line.data > 0 ? .running : .failed(line.message ?? "no reason given")
    }

    /// What lies in the pipe: nil where nothing does, empty at its end.
    private func readSome() throws(SystemError) -> [UInt8]? {
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            do throws(SystemError) { count = try pipe.read(into: UnsafeMutableRawBufferPointer(buffer)) } catch {
                failure = error
            }
        }
        if let failure {
            if failure.errno == EAGAIN { return nil }
            throw failure
        }
        return bytes
    }
}
