import JSONCoding
import Linux
import Logging
import PodEngine
import PodSpec
import TestSupport

/// A supervisor over fakes, with a folder of manifests of its own.
final class PodFixture: Sendable {
    let folder: TemporaryDirectory
    let machine: FakeMachine
    let configuration: EngineConfiguration

    /// - Parameter state: where the state folder is to be, if not beside the others.
    init(
        _ machine: FakeMachine = FakeMachine(),
        backoffs: BackoffPolicies = BackoffPolicies(),
        state: String? = nil,
        change: (inout EngineConfiguration) -> Void = { _ in }
    ) throws {
        folder = try TemporaryDirectory("engine")
        self.machine = machine
        var configuration = EngineConfiguration(
            directories: EngineConfiguration.Directories(
                manifests: try folder.makeDirectory("manifests"),
                state: state ?? folder("state"),
                run: folder("run"),
                logs: folder("logs"),
                seccompProfiles: folder("seccomp")
            ),
            node: EngineConfiguration.Node(
                name: "node",
                addresses: ["192.0.2.1"],
                memoryBytes: 8 << 30,
                kernelMajor: 6,
                kernelMinor: 1
            )
        )
        configuration.backoffs = backoffs
        change(&configuration)
        self.configuration = configuration
    }

    func engine(
        imageKeeping: (any ImageKeeping)? = nil,
        handlers: (any HandlerActing)? = nil,
        measuring: (any NodeMeasuring)? = nil
    ) -> PodSupervisor {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var rooms = machine.rooms
        rooms.imageKeeping = imageKeeping
        if let handlers { rooms.handlers = handlers }
        rooms.measuring = measuring
        return PodSupervisor(configuration: configuration, rooms: rooms, logger: logger)
    }

    /// Runs an engine for as long as the body takes, then stops it as a signal would.
    func withEngine(
        imageKeeping: (any ImageKeeping)? = nil,
        handlers: (any HandlerActing)? = nil,
        _ body: (PodSupervisor) async throws -> Void
    ) async throws {
        let engine = engine(imageKeeping: imageKeeping, handlers: handlers)
        try await engine.start()
        do { try await body(engine) } catch {
            await engine.stop()
            throw error
        }
        await engine.stop()
    }

    /// Puts a manifest into the folder by rename.
    func put(_ file: String, _ text: String) throws {
        let temporary = try folder.write("new-\(file)", text)
        try FileSystem.rename(temporary, "\(configuration.directories.manifests)/\(file)")
    }

    func remove(_ file: String) throws {
        try FileSystem.removeFile("\(configuration.directories.manifests)/\(file)")
    }

    static func manifest(_ name: String, _ spec: String = "", labels: String = "", container: String = "") -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: \(name)
          labels: {\(labels)}
        spec:
          \(spec)
          containers:
          - {name: web, image: "web:1"\(container.isEmpty ? "" : ", ")\(container)}
        """
    }

    /// What is left on disk of any pod.
    var remains: [String] {
        get throws {
            try ["state/pods", "run/pods", "logs"].flatMap { part in
                FileSystem.exists(folder(part)) ? try FileSystem.list(folder(part)).map { "\(part)/\($0)" } : []
            }
        }
    }
}

struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

extension PodStore {
    /// Waits until the store is as it should be.
    @discardableResult
    func wait<Result: Sendable>(
        _ what: String,
        _ found: @escaping @Sendable (PodStore) -> Result?
    ) async throws -> Result {
        let changes = changes()
        if let result = found(self) { return result }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                for await _ in changes {
                    if let result = found(self) { return result }
                }
                return nil
            }
            group.addTask {
                try await Task.sleep(for: .seconds(20))
                throw TimedOut(
                    description:
                        "\(what): \(self.pods.map { "\($0.key) \($0.pod.status.map(\.containerStatuses) as Any) \($0.events.map(\.message))" })"
                )
            }
            defer { group.cancelAll() }
            guard let result = try await group.next(), let result else { throw CancellationError() }
            return result
        }
    }

    func waitForPhase(_ phase: Pod.Phase, of name: String = "a") async throws -> PodSnapshot {
        try await wait("\(name) \(phase)") { store in
            store[PodKey(namespace: "default", name: name)].flatMap { $0.pod.status?.phase == phase ? $0 : nil }
        }
    }

    func waitUntilEmpty() async throws {
        try await wait("empty") { $0.pods.isEmpty ? true : nil }
    }

    /// Waits for the reason for which the first container waits.
    func waitForReason(_ reason: String, of name: String = "a") async throws -> PodSnapshot {
        try await wait("\(name) \(reason)") { store in
            store[PodKey(namespace: "default", name: name)].flatMap {
                $0.pod.status?.containerStatuses.first?.state.waiting?.reason == reason ? $0 : nil
            }
        }
    }
}
