import CRISpec
import Linux
import Logging
import OCISpec
import PodEngine
import Synchronization

/// CRI's runtime and image services over the rooms that pods of files are made in.
///
/// What it knows is on disk before anything is made (`SandboxRecords`), and in `store`; `adopt` takes over what an earlier agent left,
/// `run` watches what runs. When the agent ends, everything goes on running.
public final class SandboxService: Sendable {
    /// What the service is told by the composition root.
    public struct Configuration: Sendable {
        public var directories: EngineConfiguration.Directories
        public var node: EngineConfiguration.Node
        /// The program that is the first process of a sandbox whose containers share a PID namespace.
        public var podInit: (program: String, argument: String)
        public var runtimeVersion: String
        /// OCI runtimes beside our own by the names of their handlers.
        public var runtimes: [String: String]
        /// Whether cgroups are systemd's.
        public var usesSystemd = false

        public init(_ engine: EngineConfiguration, runtimeVersion: String) {
            directories = engine.directories
            node = engine.node
            podInit = engine.podInit
            runtimes = engine.runtimes
            self.runtimeVersion = runtimeVersion
        }
    }

    let configuration: Configuration
    let rooms: SandboxRooms
    let records: SandboxRecords
    let logger: Logger
    let store = SandboxStore()
    let turns = Turns()
    let events = EventHub()
    /// The network that `UpdateRuntimeConfig` told of.
    let podCIDR = Mutex("")
    private let watches: AsyncStream<Watch>
    private let watch: AsyncStream<Watch>.Continuation

    /// Something whose end is to be waited for.
    enum Watch: Sendable {
        case container(String)
        case initProcess(sandbox: String)
    }

    public init(configuration: Configuration, rooms: SandboxRooms, logger: Logger) {
        self.configuration = configuration
        self.rooms = rooms
        self.logger = logger
        records = SandboxRecords(configuration.directories)
        (watches, watch) = AsyncStream.makeStream()
    }

    /// Waits for the ends of what runs, until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await watched in watches {
                group.addTask {
                    switch watched {
                    case .container(let id): await self.waitForEnd(of: id)
                    case .initProcess(let sandbox): await self.waitForInit(of: sandbox)
                    }
                }
            }
            // The agent is ending, what runs is not.
            group.cancelAll()
        }
        events.finish()
    }

    func startWatching(_ watched: Watch) { watch.yield(watched) }

    /// The ids of all sandboxes, those that are being made or removed included: nobody else may clean up what is theirs.
    public var ids: Set<String> { Set(store.sandboxes.map(\.id)).union(store.reservations) }

    /// Images that containers were made of: by id and by reference.
    public var usedImages: Set<String> {
        Set(store.containers.flatMap { [$0.record.image.id, $0.record.image.reference, $0.config.image?.image ?? ""] })
    }

    func paths(_ sandbox: String) -> SandboxPaths { SandboxPaths(id: sandbox, in: configuration.directories) }

    func place(of container: SandboxContainer) -> ContainerPlace {
        paths(container.record.sandboxID).container(container.id)
    }

    /// Nanoseconds since 1970.
    var now: Int64 { rooms.pods.clock.wall.nanosecondsSinceEpoch }

    // MARK: Finding

    /// `FailedPrecondition` for a pod of a file: those are changed by their files.
    func sandbox(_ id: String) throws(CRIFailure) -> Sandbox {
        guard !id.isEmpty else { throw .invalid("podSandboxId is empty") }
        if let sandbox = store.sandbox(id) { return sandbox }
        try refuseFilePod(sandbox: id)
        throw CRIFailure(.notFound, "an error occurred when try to find sandbox: pod sandbox \"\(id)\" not found")
    }

    func container(_ id: String) throws(CRIFailure) -> SandboxContainer {
        guard !id.isEmpty else { throw .invalid("containerId is empty") }
        if let container = store.container(id) { return container }
        try refuseFilePod(container: id)
        throw CRIFailure(.notFound, "an error occurred when try to find container \"\(id)\": not found")
    }

    func runningContainer(_ id: String) throws(CRIFailure) -> SandboxContainer {
        let found = try container(id)
        guard found.state == .containerRunning else {
            throw CRIFailure(.failedPrecondition, "container \"\(found.id)\" is in \(found.state.name) state, it does not run")
        }
        return found
    }

    func refuseFilePod(sandbox id: String) throws(CRIFailure) {
        guard let pod = rooms.filePods.pods.first(where: { $0.pod.metadata.uid == id }) else { return }
        throw CRIFailure(.failedPrecondition, "pod \"\(pod.key)\" is of the file \(pod.file): change that")
    }

    func refuseFilePod(container id: String) throws(CRIFailure) {
        guard let pod = rooms.filePods.pods.first(where: { $0.containers.contains { $0.id == id } }) else { return }
        throw CRIFailure(.failedPrecondition, "container \"\(id)\" is of pod \"\(pod.key)\" of the file \(pod.file): change that")
    }

    // MARK: Changing

    /// Puts what is on disk already, or goes there now, into the store.
    func save(_ container: SandboxContainer) async throws(CRIFailure) {
        do { try await records.save(container.record) } catch { throw CRIFailure(unexpected: error) }
        store.put(container)
    }

    func save(_ sandbox: Sandbox) async throws(CRIFailure) {
        do { try await records.save(sandbox.record) } catch { throw CRIFailure(unexpected: error) }
        store.put(sandbox)
    }

    func tell(_ type: CRI.ContainerEventType, of id: String, in sandbox: Sandbox) {
        var event = CRI.ContainerEventResponse()
        event.containerId = id
        event.containerEventType = type
        event.createdAt = now
        event.podSandboxStatus = status(of: sandbox)
        event.containersStatuses = store.containers(of: sandbox.id).map(status)
        events.tell(event)
    }

    static func makeID() -> String {
        let digits = Array("0123456789abcdef".utf8)
        var random = SystemRandomNumberGenerator()
        return String(decoding: (0..<64).map { _ in digits[Int(random.next(upperBound: UInt(16)))] }, as: UTF8.self)
    }
}
