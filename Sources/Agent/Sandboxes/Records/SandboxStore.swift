import CRISpec
import PodEngine
import Synchronization

/// A sandbox as it is now.
struct Sandbox: Sendable {
    var record: SandboxRecord
    let config: CRI.PodSandboxConfig
    /// The process that holds its PID namespace.
    var initPid: Int32?

    var id: String { record.id }
    var isReady: Bool { record.phase == .ready }
    var metadata: CRI.PodSandboxMetadata { config.metadata ?? CRI.PodSandboxMetadata() }
    var options: CRI.NamespaceOption { config.linux?.securityContext?.namespaceOptions ?? CRI.NamespaceOption() }
    var key: PodKey { PodKey(namespace: metadata.namespace, name: metadata.name) }
}

/// A container as it is now.
struct SandboxContainer: Sendable {
    var record: ContainerRecord
    var config: CRI.ContainerConfig
    /// Of its first process, while it runs.
    var pid: Int32?
    /// Opens when it has ended, once it has begun to run.
    var ended = Latch()

    var id: String { record.id }
    var metadata: CRI.ContainerMetadata { config.metadata ?? CRI.ContainerMetadata() }

    var state: CRI.ContainerState {
        switch record.state {
        case .created, .starting: .containerCreated
        case .running: .containerRunning
        case .exited(let end): end.reason == "Unknown" ? .containerUnknown : .containerExited
        }
    }
}

/// All sandboxes and containers, and the names that are taken. In memory: the records on disk come first.
final class SandboxStore: Sendable {
    private struct State {
        var sandboxes: [String: Sandbox] = [:]
        var containers: [String: SandboxContainer] = [:]
        /// Who has a name, from before it is made until nothing of it is left.
        var sandboxNames: [String: String] = [:]
        var containerNames: [String: String] = [:]
    }

    private let state = Mutex(State())

    static func name(_ metadata: CRI.PodSandboxMetadata) -> String {
        "\(metadata.name)_\(metadata.namespace)_\(metadata.uid)_\(metadata.attempt)"
    }

    static func name(_ metadata: CRI.ContainerMetadata, in sandbox: String) -> String {
        "\(metadata.name)_\(metadata.attempt)_\(sandbox)"
    }

    /// Oldest first.
    var sandboxes: [Sandbox] {
        state.withLock { Array($0.sandboxes.values) }
            .sorted { ($0.record.createdAt, $0.id) < ($1.record.createdAt, $1.id) }
    }

    var containers: [SandboxContainer] {
        state.withLock { Array($0.containers.values) }
            .sorted { ($0.record.createdAt, $0.id) < ($1.record.createdAt, $1.id) }
    }

    func containers(of sandbox: String) -> [SandboxContainer] { containers.filter { $0.record.sandboxID == sandbox } }

    /// The ids of sandboxes that have a name: from before they are made until nothing of them is left.
    var reservations: Set<String> { state.withLock { Set($0.sandboxNames.values) } }

    /// Answers who has the name already.
    func reserve(sandbox name: String, for id: String) -> String? {
        state.withLock { state in
            if let other = state.sandboxNames[name] { return other }
            state.sandboxNames[name] = id
            return nil
        }
    }

    func reserve(container name: String, for id: String) -> String? {
        state.withLock { state in
            if let other = state.containerNames[name] { return other }
            state.containerNames[name] = id
            return nil
        }
    }

    func release(sandbox name: String) { state.withLock { $0.sandboxNames[name] = nil } }
    func release(container name: String) { state.withLock { $0.containerNames[name] = nil } }

    func put(_ sandbox: Sandbox) { state.withLock { $0.sandboxes[sandbox.id] = sandbox } }
    func put(_ container: SandboxContainer) { state.withLock { $0.containers[container.id] = container } }

    func removeSandbox(_ id: String) { state.withLock { $0.sandboxes[id] = nil } }
    func removeContainer(_ id: String) { state.withLock { $0.containers[id] = nil } }

    /// By the id, or the beginning of one that only it has.
    func sandbox(_ id: String) -> Sandbox? {
        state.withLock { state in
            state.sandboxes[id] ?? Self.only(state.sandboxes, beginning: id)
        }
    }

    func container(_ id: String) -> SandboxContainer? {
        state.withLock { state in
            state.containers[id] ?? Self.only(state.containers, beginning: id)
        }
    }

    private static func only<Value>(_ values: [String: Value], beginning prefix: String) -> Value? {
        guard !prefix.isEmpty else { return nil }
        let found = values.filter { $0.key.hasPrefix(prefix) }
        return found.count == 1 ? found.first?.value : nil
    }
}
