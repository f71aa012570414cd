import Linux
import OCISpec
import PodEngine
import PodSpec
import Synchronization

/// Images, namespaces, networks, cgroups, containers and mounts that exist in memory only, with levers for what a test wants
/// to go wrong. What is made stays when an engine is stopped, as on a real machine.
final class FakeMachine: Sendable {
    struct Container: Sendable {
        var launch: ContainerLaunch
        var process: RunningContainer
        var exit: ContainerExit?
        var signals: [Int32] = []
    }

    struct State: Sendable {
        /// What was done, in order: `pull web`, `start uid_web_0`…
        var journal: [String] = []
        var local: [String: PodImage] = [:]
        var remote: [String: PodImage] = [:]
        var imageFailures: [String: ImageFailure] = [:]
        /// Pulls of these wait until they are taken out, or are cancelled.
        var stuckPulls: Set<String> = []
        var namespaces: [String: Set<PodNamespace>] = [:]
        var networks: [String: PodNetworkState] = [:]
        var networkFailure: SandboxFailure?
        var tearDownFailures = 0
        var cgroups: Set<String> = []
        /// Bytes in use, by the container's name.
        var memoryUsage: [String: Int64] = [:]
        var resizeFailure: SandboxFailure?
        var containers: [String: Container] = [:]
        var startFailures: [String: ContainerFailure] = [:]
        /// Containers that pay no attention to SIGTERM.
        var stubborn: Set<String> = []
        var lost: Set<String> = []
        /// Containers that end as soon as they have started, with what they wrote in their logs.
        var shortLived: Set<String> = []
        var mounts: Set<String> = []
        /// What is mounted of images, by where.
        var layers: [String: [String]] = [:]
        var nextPID: Int32 = 1000
        var exitWaiters: [String: [UInt64: CheckedContinuation<Void, Never>]] = [:]
        var nextWaiter: UInt64 = 0
    }

    let state = Mutex(State())
    let clock: ManualClock
    /// Called when a container ends.
    let onEnd = Mutex<(@Sendable () -> Void)?>(nil)

    init(clock: ManualClock = ManualClock()) {
        self.clock = clock
    }

    var rooms: Rooms {
        var rooms = Rooms(
            images: self,
            namespaces: self,
            networks: self,
            cgroups: self,
            containers: self,
            clock: clock
        )
        rooms.mounts = self
        return rooms
    }

    var journal: [String] { state.withLock { $0.journal } }

    func note(_ entry: String) { state.withLock { $0.journal.append(entry) } }

    func addImage(_ name: String, isLocal: Bool = true, stopSignal: String? = nil) {
        let image = PodImage(
            reference: name,
            identifier: "sha256:\(name)",
            layerDirectories: ["/layers/\(name)"],
            process: PodImage.Process(entrypoint: ["/bin/\(name)"], stopSignal: stopSignal)
        )
        state.withLock { state in
            if isLocal { state.local[name] = image } else { state.remote[name] = image }
        }
    }

    /// The ids of containers that run.
    var running: Set<String> {
        state.withLock { state in Set(state.containers.filter { $0.value.exit == nil }.keys) }
    }

    /// Lets a container end.
    func end(_ id: String, exitCode: Int32 = 0, signal: Int32? = nil, oomKilled: Bool = false) {
        let waiters = state.withLock { state in
            guard state.containers[id]?.exit == nil, let started = state.containers[id]?.process.startedAt else {
                return [UInt64: CheckedContinuation<Void, Never>]()
            }
            state.containers[id]?.exit = ContainerExit(
                exitCode: exitCode,
                signal: signal,
                oomKilled: oomKilled,
                startedAt: started,
                finishedAt: clock.wall
            )
            return state.exitWaiters.removeValue(forKey: id) ?? [:]
        }
        onEnd.withLock { $0 }?()
        for waiter in waiters.values { waiter.resume() }
    }
}

extension FakeMachine: ImageProviding {
    func image(named reference: String) async throws(ImageFailure) -> PodImage? {
        state.withLock { $0.local[reference] }
    }

    func pull(
        _ reference: String,
        with secrets: [PullSecret],
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage {
        note("pull \(reference)" + secrets.map { " with \($0.name)" }.joined())
        progress(ImagePullProgress(completedBytes: 50, totalBytes: 100))
        while state.withLock({ $0.stuckPulls.contains(reference) }) {
            if Task.isCancelled { throw ImageFailure(.other, "cancelled") }
            await Task.yield()
        }
        let (failure, image) = state.withLock { ($0.imageFailures[reference], $0.remote[reference]) }
        if let failure { throw failure }
        guard let image else { throw ImageFailure(.notFound, "\(reference): not found") }
        state.withLock { $0.local[reference] = image }
        return image
    }

    func user(_ user: String, in image: PodImage) async throws(ImageFailure) -> ImageUser {
        if user.isEmpty { return ImageUser(uid: 0, gid: 0) }
        guard let uid = UInt32(user) else { throw ImageFailure(.unknownUser, "no user \(user)") }
        return ImageUser(uid: uid, gid: 0)
    }
}

extension FakeMachine: PodNamespacing, PodNetworking, PodCgrouping {
    func create(
        _ namespaces: Set<PodNamespace>,
        in directory: String,
        hostname: String,
        users: IDRange?
    ) async throws(SandboxFailure) {
        note("namespaces \(hostname)" + (users.map { " \($0.first):\($0.count)" } ?? ""))
        state.withLock { $0.namespaces[directory] = namespaces }
    }

    func setParameters(_ parameters: [NamespaceParameter], in directory: String) async throws(SandboxFailure) {
        note("sysctls \(parameters.map { "\($0.namespace.rawValue):\($0.path)=\($0.value)" })")
    }

    func pinned(in directory: String) async -> Set<PodNamespace> {
        state.withLock { $0.namespaces[directory] ?? [] }
    }

    func remove(in directory: String) async throws(SandboxFailure) {
        state.withLock { $0.namespaces[directory] = nil }
    }

    func pinProcesses(of pid: Int32, in directory: String) async throws(SandboxFailure) {
        state.withLock { _ = $0.namespaces[directory, default: []].insert(.pid) }
    }

    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState {
        note("network \(request.podKey) \(request.ports.map(\.hostPort))")
        if let failure = state.withLock({ $0.networkFailure }) { throw failure }
        return state.withLock { state in
            let network = PodNetworkState(network: "default", interface: "eth0", addresses: ["10.88.0.2"])
            state.networks[request.podUID] = network
            return network
        }
    }

    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure) {
        let words = policies.map { "\($0.metadata.namespace)/\($0.metadata.name)" }.sorted().joined(separator: ",")
        if !policies.isEmpty { note("policies \(words) for \(pods.map(\.metadata.name).sorted().joined(separator: ","))") }
    }

    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure) {
        let fails = state.withLock { state in
            state.journal.append("network down \(podUID)")
            if state.tearDownFailures > 0 {
                state.tearDownFailures -= 1
                return true
            }
            state.networks[podUID] = nil
            return false
        }
        if fails { throw SandboxFailure(.other, "the link is busy") }
    }

    func status(podUID: String) async -> PodNetworkState? { state.withLock { $0.networks[podUID] } }

    func connectedPods() async -> Set<String> { state.withLock { Set($0.networks.keys) } }

    func podsWithCgroups() async -> Set<String> { state.withLock { $0.cgroups } }

    func retain(only podUIDs: Set<String>) async { note("retain \(podUIDs.sorted())") }

    func containerPath(podUID: String, containerID: String) -> String { "/swiftlet/pod\(podUID)/\(containerID)" }

    func create(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
        state.withLock { _ = $0.cgroups.insert(podUID) }
    }

    func adopt(podUID: String, limits: PodCgroupLimits) async {}

    func update(podUID: String, limits: PodCgroupLimits) async throws(SandboxFailure) {
        note("resize pod \(limits.cpuQuota ?? -1) \(limits.memoryLimit ?? -1)")
        if let failure = state.withLock({ $0.resizeFailure }) { throw failure }
    }

    func update(
        containerPath: String,
        resources: RuntimeSpec.Linux.Resources
    ) async throws(SandboxFailure) {
        let name = containerPath.split(separator: "_").dropLast().last ?? ""
        note("resize \(name) \(resources.cpu?.quota ?? 0) \(resources.memory?.limit ?? 0)")
    }

    func memoryUsage(containerPath: String) async -> Int64? {
        let name = containerPath.split(separator: "_").dropLast().last.map(String.init) ?? ""
        return state.withLock { $0.memoryUsage[name] }
    }

    func remove(podUID: String) async throws(SandboxFailure) {
        state.withLock { _ = $0.cgroups.remove(podUID) }
    }
}

extension FakeMachine: PodMounting {
    func mountMemory(on path: String, flags: MountFlags, options: String) throws(SystemError) {
        state.withLock { _ = $0.mounts.insert(path) }
    }

    func mountHugePages(on path: String, options: String) throws(SystemError) {
        note("hugepages \(options)")
        state.withLock { _ = $0.mounts.insert(path) }
    }

    func mountLayers(_ layers: [String], on path: String, userNamespace: String?) throws(SystemError) {
        note("layers \(layers)")
        state.withLock { state in
            state.mounts.insert(path)
            state.layers[path] = layers
        }
    }

    func mountedLayers(below folder: String) throws(SystemError) -> Set<String> {
        state.withLock { state in
            Set(state.layers.filter { $0.key.hasPrefix(folder + "/") && state.mounts.contains($0.key) }.flatMap(\.value))
        }
    }

    func isMountPoint(_ path: String) throws(SystemError) -> Bool { state.withLock { $0.mounts.contains(path) } }

    func bind(_ descriptor: borrowing Descriptor, on target: String) throws(SystemError) {
        state.withLock { _ = $0.mounts.insert(target) }
    }

    func unmount(_ path: String) throws(SystemError) { state.withLock { _ = $0.mounts.remove(path) } }

    func mountPoints(below folders: [String]) throws(SystemError) -> [HostMountPoint] {
        state.withLock { state in
            state.mounts.filter { point in folders.contains { point.hasPrefix($0 + "/") } }.sorted().map { HostMountPoint($0) }
        }
    }

    func mountNFS(_ source: String, address: String, on path: String, readOnly: Bool) throws(SystemError) {
        note("nfs \(source) \(address)\(readOnly ? " ro" : "")")
        state.withLock { _ = $0.mounts.insert(path) }
    }
}
