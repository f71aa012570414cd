import CRISpec
import Linux
import Logging
import OCISpec
import PodEngine
import PodSpec
import Sandboxes
import Synchronization
import TestSupport
import Usage
import UsageSpec

/// Rooms that do nothing but remember what was asked of them.
final class FakeRooms: Sendable {
    private struct State {
        var asked: [String] = []
        var networkFailure: SandboxFailure?
        /// Asked while a network is set up.
        var onNetwork: (@Sendable () -> Int)?
        var startFailure: ContainerFailure?
        var running: [String: Latch] = [:]
        var exits: [String: ContainerExit] = [:]
        /// Containers that end only by SIGKILL.
        var stubborn: Set<String> = []
        var adopted: [String: AdoptedContainer] = [:]
        var nextPid: Int32 = 1000
    }

    private let state = Mutex(State())
    let users = IDRangeBook(pool: IDRange(first: 1 << 20, count: 4 * IDRange.countOfPod))

    /// What was asked, in order: `network <id>`, `start <id>`, `signal 15 <id>`, ….
    var asked: [String] { state.withLock { $0.asked } }

    func note(_ what: String) { state.withLock { $0.asked.append(what) } }
    func onNetwork(_ ask: @escaping @Sendable () -> Int) { state.withLock { $0.onNetwork = ask } }
    func fail(network: SandboxFailure?) { state.withLock { $0.networkFailure = network } }
    func fail(start: ContainerFailure?) { state.withLock { $0.startFailure = start } }
    func makeStubborn(_ id: String) { state.withLock { _ = $0.stubborn.insert(id) } }
    func willAdopt(_ id: String, _ what: AdoptedContainer) { state.withLock { $0.adopted[id] = what } }

    /// Ends a container by itself.
    func end(_ id: String, code: Int32, signal: Int32? = nil, oomKilled: Bool = false) {
        state.withLock { state in
            state.exits[id] = ContainerExit(
                exitCode: code,
                signal: signal,
                oomKilled: oomKilled,
                startedAt: Timestamp(seconds: 100),
                finishedAt: Timestamp(seconds: 200)
            )
            return state.running[id]
        }?.open()
    }

    func service(in folder: String, servesCheckpoints: Bool = true) throws -> SandboxService {
        var rooms = Rooms(images: self, namespaces: self, networks: self, cgroups: self, containers: self)
        rooms.mounts = FakeMounts()
        let directories = EngineConfiguration.Directories(
            manifests: "\(folder)/manifests",
            state: "\(folder)/state",
            run: "\(folder)/run",
            logs: "\(folder)/logs",
            seccompProfiles: "\(folder)/seccomp"
        )
        var engine = EngineConfiguration(
            directories: directories,
            node: .init(name: "node", addresses: ["192.0.2.1"], memoryBytes: 1 << 30, kernelMajor: 6, kernelMinor: 1)
        )
        engine.runtimes = ["runc": "/usr/sbin/runc"]
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let store = PodSupervisor(configuration: engine, rooms: rooms, logger: logger).store
        var all = SandboxRooms(pods: rooms, images: self, logs: self, usage: UsageMeter(self), filePods: store, users: users)
        if servesCheckpoints { all.checkpoints = self }
        return SandboxService(configuration: .init(engine, runtimeVersion: "1"), rooms: all, logger: logger)
    }
}

extension FakeRooms: ContainerCheckpointing {
    func checkpoint(_ request: CheckpointRequest) async throws(CRI.Failure) {
        let time = request.timeout.map { " within \($0.components.seconds) s" } ?? ""
        note("checkpoint \(request.location)\(time)")
        if request.location == "/fails" { throw CRI.Failure(.failedPrecondition, "criu cannot work with this kernel") }
    }
}

extension FakeRooms: PodNamespacing {
    func create(_ namespaces: Set<PodNamespace>, in directory: String, hostname: String, users: IDRange?) async throws(SandboxFailure) {
        note("namespaces \(namespaces.map(\.rawValue).sorted().joined(separator: ",")) \(hostname)")
    }
    func setParameters(_ parameters: [NamespaceParameter], in directory: String) async throws(SandboxFailure) {
        for parameter in parameters { note("sysctl \(parameter.path)=\(parameter.value)") }
    }
    func pinProcesses(of pid: Int32, in directory: String) async throws(SandboxFailure) { note("pin") }
    func pinned(in directory: String) async -> Set<PodNamespace> { Set(PodNamespace.allCases) }
    func remove(in directory: String) async throws(SandboxFailure) { note("unpin") }
}

extension FakeRooms: PodNetworking {
    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState {
        note("network")
        for other in request.additional { note("network beside it: \(other.name) \(other.interface ?? "")") }
        if request.sendsForOthers { note("network: sends for others") }
        if let ask = state.withLock({ $0.onNetwork }) { note("network of \(ask())") }
        if let failure = state.withLock({ $0.networkFailure }) { throw failure }
        return PodNetworkState(network: "net", interface: "eth0", addresses: ["10.0.0.2", "fd00::2"])
    }
    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure) {}
    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure) { note("no network") }
    func status(podUID: String) async -> PodNetworkState? { nil }
    func retain(only podUIDs: Set<String>) async {}
}

extension FakeRooms: PodCgrouping {
    func containerPath(podUID: String, containerID: String) -> String { "/test/pod\(podUID)/\(containerID)" }
    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) { note("cgroup") }
    func adopt(podUID: String, limits: PodCgroupLimits) async {}
    func update(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) { note("limit \(limits.memoryLimit ?? 0)") }
    func update(containerPath: String, resources: RuntimeSpec.Linux.Resources) async throws(SandboxFailure) {
        note("limit \(resources.memory?.limit ?? 0)")
    }
    func memoryUsage(containerPath: String) async -> Int64? { nil }
    func remove(podUID: String) async throws(SandboxFailure) { note("no cgroup") }
}

extension FakeRooms: ContainerRunning {
    func start(_ launch: ContainerLaunch) async throws(ContainerFailure) -> RunningContainer {
        note("start \(launch.name)" + (launch.runtime.map { " by \($0)" } ?? ""))
        if let failure = state.withLock({ $0.startFailure }) { throw failure }
        let pid = state.withLock { state in
            state.running[launch.id] = Latch()
            state.nextPid += 1
            return state.nextPid
        }
        return RunningContainer(pid: pid, startedAt: Timestamp(seconds: 100))
    }

    func adopt(id: String, directory: String) async throws(ContainerFailure) -> AdoptedContainer {
        state.withLock { state in
            let found = state.adopted[id] ?? .lost
            if case .running = found { state.running[id] = Latch() }
            return found
        }
    }

    func waitForExit(id: String) async throws(ContainerFailure) -> ContainerExit {
        if let latch = state.withLock({ $0.running[id] }) { await latch.wait() }
        guard let exit = state.withLock({ $0.exits[id] }) else { throw ContainerFailure(.other, "cancelled") }
        return exit
    }

    func signal(id: String, _ signal: Int32) async throws(ContainerFailure) {
        note("signal \(signal)")
        if signal == 9 || !state.withLock({ $0.stubborn.contains(id) }) { end(id, code: 128 + signal, signal: signal) }
    }

    func isEnding(id: String) throws(ContainerFailure) -> Bool { state.withLock { $0.exits[id] != nil || $0.running[id] == nil } }

    func exec(id: String, _ request: ContainerExecRequest) async throws(ContainerFailure) -> ContainerExecResult {
        var result = ContainerExecResult(exitCode: 3, standardOutput: Array("out".utf8), standardError: [])
        result.timedOut = request.timeout == .seconds(1)
        result.truncated = request.command == ["much"]
        return result
    }

    func remove(id: String, directory: String) async throws(ContainerFailure) { note("remove") }
}

extension FakeRooms: ImageProviding, ImageShelf, LogReopening, UsageReading {
    static let image = PodImage(
        reference: "localhost/app:1",
        identifier: "sha256:" + String(repeating: "a", count: 64),
        layerDirectories: ["/layers/1", "/layers/2"],
        process: .init(entrypoint: ["/app"], command: ["serve"], environment: ["A=1", "PATH=/bin"], workingDirectory: "srv", user: "app", stopSignal: "SIGQUIT")
    )

    func image(named reference: String) async throws(ImageFailure) -> PodImage? { reference == "missing" ? nil : Self.image }
    func pull(
        _ reference: String,
        with secrets: [PullSecret],
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage { Self.image }
    func user(_ user: String, in image: PodImage) async throws(ImageFailure) -> ImageUser {
        ImageUser(uid: UInt32(user) ?? 1000, gid: 1000, additionalGroups: [2000])
    }

    var folders: [String] { [] }
    func images() async throws(ImageFailure) -> [ShelvedImage] { [Self.shelved] }
    func image(_ name: String) async throws(ImageFailure) -> ShelvedImage? { name == "missing" ? nil : Self.shelved }
    func pull(_ reference: String, credentials: PullCredentials?) async throws(ImageFailure) -> ShelvedImage {
        note("pull \(reference) \(credentials.map { "\($0)" } ?? "nobody")")
        return Self.shelved
    }
    func remove(_ name: String, sparing mounted: Set<String>) async throws(ImageFailure) { note("remove image") }

    static let shelved = ShelvedImage(
        id: "sha256:" + String(repeating: "b", count: 64),
        manifestDigest: image.identifier,
        names: ["localhost/app:1"],
        size: 7,
        process: image.process
    )

    func reopenLog(id: String, path: String) async throws(ContainerFailure) { note("reopen") }
    func group(_ path: String) -> GroupUsage? { nil }
    func disk(_ folder: String) -> FolderUsage? { nil }
}

/// Mounts that are nowhere.
struct FakeMounts: PodMounting {
    func mountMemory(on path: String, flags: MountFlags, options: String) throws(SystemError) {}
    func mountHugePages(on path: String, options: String) throws(SystemError) {}
    func mountLayers(_ layers: [String], on path: String, userNamespace: String?) throws(SystemError) {}
    func mountedLayers(below folder: String) throws(SystemError) -> Set<String> { [] }
    func isMountPoint(_ path: String) throws(SystemError) -> Bool { false }
    func bind(_ descriptor: borrowing Descriptor, on target: String) throws(SystemError) {}
    func unmount(_ path: String) throws(SystemError) {}
    func mountPoints(below folders: [String]) throws(SystemError) -> [HostMountPoint] { [] }
    func mountNFS(_ source: String, address: String, on path: String, readOnly: Bool) throws(SystemError) {}
}
