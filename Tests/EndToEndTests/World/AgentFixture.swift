import Glibc
import JSONCoding
import Linux
import Synchronization
import TestSupport

/// A `swiftlet agent` in a host of the tests, with folders of its own.
final class AgentFixture: Sendable {
    let host: any Host
    let folder: String
    /// Options of the command line besides the folders.
    let options: [String]

    private let process = Mutex<HostProcess?>(nil)
    /// Where blocking waits happen.
    private let waiter = DedicatedThread(name: "waiter")

    var manifests: String { "\(folder)/manifests" }
    var runRoot: String { "\(folder)/run" }
    var root: String { "\(folder)/root" }
    var logs: String { "\(folder)/logs" }
    var socket: String { "\(runRoot)/swiftlet.sock" }
    /// What the agent itself has written.
    var log: String { (try? FileSystem.readText("\(folder)/agent.log")) ?? "" }

    /// Crash-looping in tests takes fractions of a second and not minutes.
    static let quickBackoff = ["--backoff-base-ms", "200"]

    init(host: any Host, folder: String, options: [String] = AgentFixture.quickBackoff) throws {
        self.host = host
        self.folder = folder
        self.options = options
        for name in ["manifests", "netconf", "root", "run", "logs"] {
            try FileSystem.makeDirectories("\(folder)/\(name)")
        }
        let network = """
            {"name": "podnet", "driver": "bridge", "network_interface": "pods0",
             "subnets": [{"subnet": "10.92.0.0/24", "gateway": "10.92.0.1"}],
             "ipv6_enabled": false, "internal": false, "dns_enabled": true}
            """
        try FileSystem.write("\(folder)/netconf/podnet.json", Array(network.utf8))
    }

    // MARK: The process

    /// Starts it and waits until it answers.
    @discardableResult
    func start(failPoint: String? = nil, as service: ServiceEnvironment? = nil) async throws -> HostProcess {
        let process = try await launch(failPoint: failPoint, as: service)
        try await waiter.run { [socket] in
            let deadline = Deadline(in: .seconds(30))
            // The socket's file may be that of a killed agent: only an answer tells. Asked again after 5 ms.
            while true {
                do {
                    var connection = try AgentConnection(socket)
                    _ = try connection.call("rpc.ping", by: deadline)
                    return
                } catch {
                    guard process.isRunning, !deadline.hasPassed else {
                        throw WaitFailure(what: "the agent's first answer (\(error))", last: process.logText)
                    }
                    _ = poll(nil, 0, 5)
                }
            }
        }
        return process
    }

    /// The options of the command line that name its folders.
    var folders: [String] {
        [
            "--manifests", manifests, "--netconf", "\(folder)/netconf", "--root", root, "--run-root", runRoot,
            "--log-root", logs,
        ]
    }

    /// Starts it and does not wait.
    @discardableResult
    func launch(failPoint: String? = nil, as service: ServiceEnvironment? = nil) async throws -> HostProcess {
        var command = Command(
            [TestBinaries.swiftlet, "agent"] + folders + options
        )
        // The machine's own configuration is none of the tests'.
        command.environment["SWIFTLET_CONFIG"] = "/dev/null"
        if let failPoint { command.environment["SWIFTLET_FAILPOINT"] = failPoint }
        service?.apply(to: &command)
        let process = try await host.start(command, output: "\(folder)/agent.log")
        self.process.withLock { $0 = process }
        return process
    }

    /// What `loadImage()` brings.
    static let loadedImage = "localhost/busybox:1"

    /// Puts the base image into the store, without a registry.
    func loadImage(named name: String = AgentFixture.loadedImage) async throws {
        let layout = try Stage.layouts.get()("busybox")
        try await host.run(
            TestBinaries.swiftlet,
            "load",
            layout,
            "--name",
            name,
            "--root",
            root,
            "--config",
            "/dev/null"
        ).checked()
    }

    /// Ends it as an init system does, and waits.
    @discardableResult
    func stop() async throws -> ExitStatus {
        try await end(with: SIGTERM)
    }

    /// kill -9.
    func kill() async throws {
        try await end(with: SIGKILL)
    }

    @discardableResult
    private func end(with signal: Int32) async throws -> ExitStatus {
        guard let process = process.withLock({ $0 }) else { return .exited(0) }
        try process.signal(signal)
        return try await waiter.run { try process.wait() }
    }

    /// SIGHUP.
    func hangUp() throws { try process.withLock { try $0?.signal(SIGHUP) } }

    /// Waits until it has ended by itself: at a fail point.
    func waitForEnd() async throws -> ExitStatus {
        guard let process = process.withLock({ $0 }) else { return .exited(0) }
        return try await waiter.run { try process.wait() }
    }

    /// Its number outside the host; 0 before it was started.
    var pid: pid_t { process.withLock { $0?.pid ?? 0 } }

    /// Bytes of memory that the agent has.
    func residentMemory() throws -> Int {
        guard let process = process.withLock({ $0 }) else { return 0 }
        let pages = try FileSystem.readText("/proc/\(process.pid)/statm").split(separator: " ")
        return (Int(pages[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The host with the files of the agent's folders, without what all of its pods share: two folders and the compiled
    /// seccomp filters.
    func snapshot() async throws -> HostSnapshot {
        let shared = ["\(root)/pods", "\(runRoot)/pods", "\(runRoot)/runtime/.seccomp"]
        var snapshot = try await host.snapshot(files: [shared[0], runRoot, logs])
        snapshot.sections["files"]?.removeAll { shared.contains($0) || $0.hasPrefix("\(shared[2])/") }
        return snapshot
    }

    // MARK: The watched folder

    /// Puts a manifest in place, whole at once.
    func put(_ name: String, _ text: String) throws {
        // Beside the folder: the agent sees the rename and nothing before.
        let staged = "\(folder)/staged-\(UInt32.random(in: 0 ... .max))"
        try FileSystem.write(staged, Array(text.utf8))
        try FileSystem.rename(staged, "\(manifests)/\(name)")
    }

    func remove(_ names: String...) throws {
        for name in names { try FileSystem.removeFile("\(manifests)/\(name)") }
    }

    /// Removes every manifest and waits until no pod is left.
    func removeAll() async throws {
        for name in try FileSystem.list(manifests) { try FileSystem.removeTree("\(manifests)/\(name)") }
        for pod in try await pods() { try await waitGone(pod.name, namespace: pod.namespace) }
    }

    // MARK: Questions

    /// Runs what blocks, on a thread for that.
    func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await waiter.run(body)
    }

    /// One call, on a connection of its own.
    func call(_ method: String, _ parameters: JSONNode = [:]) async throws -> JSONNode {
        try await waiter.run { [socket] in
            var connection = try AgentConnection(socket)
            return try connection.call(method, parameters, by: Deadline(in: .seconds(60)))
        }
    }

    func pods() async throws -> [PodView] {
        try await call("pod.list")["items"]?.arrayValue?.map { PodView(node: $0) } ?? []
    }

    func pod(_ name: String) async throws -> PodView? {
        try await pods().first { $0.name == name }
    }

    /// What the agent has to say about manifest files.
    func problems() async throws -> [JSONNode] {
        try await call("pod.list")["problems"]?.arrayValue ?? []
    }

    /// `swiftlet` with its arguments, as a user of the host calls it.
    func cli(_ arguments: String...) async throws -> Command.Outcome {
        var command = Command([TestBinaries.swiftlet] + arguments)
        command.environment["SWIFTLET_CONFIG"] = "/dev/null"
        command.environment["SWIFTLET_HOST"] = "unix://\(socket)"
        return try await host.run(command)
    }

    /// What a command in a container writes; the command must succeed.
    func exec(_ pod: String, _ command: String, container: String? = nil) async throws -> String {
        var parameters: [JSONNode.Member] = [
            .init(key: "name", value: JSONNode(pod)),
            .init(key: "command", value: ["/bin/sh", "-c", JSONNode(command)]),
        ]
        if let container { parameters.append(.init(key: "container", value: JSONNode(container))) }
        let result: JSONNode
        do { result = try await call("pod.exec", JSONNode(.object(parameters))) } catch {
            // Seldom, and then for a reason that only the agent knows.
            Command.printError("exec in \(pod): \(error); the agent's last words:\n\(log.suffix(4000))")
            throw error
        }
        guard result["exitCode"]?.integerValue == 0 else { throw AgentConnection.RPCFailure(error: result) }
        return result["stdout"]?.stringValue ?? ""
    }

    /// The lines of a container's log.
    func logLines(_ pod: String, container: String? = nil, previous: Bool = false) async throws -> [String] {
        var parameters: [JSONNode.Member] = [.init(key: "name", value: JSONNode(pod))]
        if let container { parameters.append(.init(key: "container", value: JSONNode(container))) }
        if previous { parameters.append(.init(key: "previous", value: true)) }
        let result = try await call("pod.logs", JSONNode(.object(parameters)))
        return result["lines"]?.arrayValue?.compactMap { $0["text"]?.stringValue } ?? []
    }

    /// The pid (in the host) of a container's first process, from the runtime.
    func pid(of container: ContainerView) async throws -> Int64 {
        let state = try await host.run(TestBinaries.runtime, "--root", "\(runRoot)/runtime", "state", container.id)
        return try JSON.parse(state.checked().output)["pid"]?.integerValue ?? -1
    }
}
