import PodEngine
import PodSpec
import Telemetry

// The rooms below, with what is asked of them counted under the kubelet's names of runtime operations.

/// Runs containers and counts it.
struct ObservedContainers: ContainerRunning {
    let containers: any ContainerRunning
    let operations: AgentMetrics.Operations

    func start(_ launch: ContainerLaunch) async throws(ContainerFailure) -> RunningContainer {
        // One call makes and starts it here.
        try await operations.counting("start_container") { () async throws(ContainerFailure) in
            try await containers.start(launch)
        }
    }

    func adopt(id: String, directory: String) async throws(ContainerFailure) -> AdoptedContainer {
        try await operations.counting("container_status") { () async throws(ContainerFailure) in
            try await containers.adopt(id: id, directory: directory)
        }
    }

    func waitForExit(id: String) async throws(ContainerFailure) -> ContainerExit {
        try await containers.waitForExit(id: id)
    }

    func signal(id: String, _ signal: Int32) async throws(ContainerFailure) {
        try await operations.counting("stop_container") { () async throws(ContainerFailure) in
            try await containers.signal(id: id, signal)
        }
    }

    func isEnding(id: String) throws(ContainerFailure) -> Bool { try containers.isEnding(id: id) }

    func exec(id: String, _ request: ContainerExecRequest) async throws(ContainerFailure) -> ContainerExecResult {
        try await operations.counting("exec_sync") { () async throws(ContainerFailure) in
            try await containers.exec(id: id, request)
        }
    }

    func remove(id: String, directory: String) async throws(ContainerFailure) {
        try await operations.counting("remove_container") { () async throws(ContainerFailure) in
            try await containers.remove(id: id, directory: directory)
        }
    }
}

/// Connects pods and counts it.
struct ObservedNetworks: PodNetworking {
    let networks: any PodNetworking
    let operations: AgentMetrics.Operations

    func setUp(_ request: PodNetworkRequest) async throws(SandboxFailure) -> PodNetworkState {
        try await operations.counting("run_podsandbox") { () async throws(SandboxFailure) in
            try await networks.setUp(request)
        }
    }

    func govern(_ policies: [NetworkPolicy], pods: [Pod]) async throws(SandboxFailure) {
        try await networks.govern(policies, pods: pods)
    }

    func tearDown(podUID: String, namespacePath: String) async throws(SandboxFailure) {
        try await operations.counting("stop_podsandbox") { () async throws(SandboxFailure) in
            try await networks.tearDown(podUID: podUID, namespacePath: namespacePath)
        }
    }

    func status(podUID: String) async -> PodNetworkState? { await networks.status(podUID: podUID) }
    func connectedPods() async -> Set<String> { await networks.connectedPods() }
    func retain(only podUIDs: Set<String>) async { await networks.retain(only: podUIDs) }
}

/// Brings images and counts it.
struct ObservedImages: ImageProviding {
    let images: any ImageProviding
    let metrics: AgentMetrics

    func image(named reference: String) async throws(ImageFailure) -> PodImage? {
        try await metrics.operations.counting("image_status") { () async throws(ImageFailure) in
            try await images.image(named: reference)
        }
    }

    func pull(
        _ reference: String,
        with secrets: [PullSecret],
        progress: @escaping @Sendable (ImagePullProgress) -> Void
    ) async throws(ImageFailure) -> PodImage {
        let bytes = PulledBytes(metrics.images.pulledBytes)
        return try await metrics.operations.counting("pull_image") { () async throws(ImageFailure) in
            try await images.pull(reference, with: secrets) { step in
                bytes.note(step.completedBytes)
                progress(step)
            }
        }
    }

    func user(_ user: String, in image: PodImage) async throws(ImageFailure) -> ImageUser {
        try await images.user(user, in: image)
    }
}

extension AgentMetrics.Operations {
    /// Does it, and counts how long that took and whether it failed.
    fileprivate func counting<Value, Failure: Error>(
        _ operation: String,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let begun = ContinuousClock.now
        do throws(Failure) {
            let value = try await body()
            note(operation, failed: false, ContinuousClock.now - begun)
            return value
        } catch {
            note(operation, failed: true, ContinuousClock.now - begun)
            throw error
        }
    }
}
