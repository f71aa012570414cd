import Linux
import Synchronization
import TestSupport

/// The host, the registry and the agent that most tests share: made by the first that asks, ended with the process.
final class Stage: Sendable {
    let host: TestHost
    let folder: String
    let registry: RegistryFixture
    let agent: AgentFixture

    /// The image of nearly all pods, from the registry on the host's loopback.
    static let image = "127.0.0.1:5000/busybox:1"

    static func shared() async throws -> Stage {
        let made = making.withLock { making in
            let task = making ?? Task { try await Stage() }
            making = task
            return task
        }
        return try await made.value
    }

    private static let making = Mutex<Task<Stage, any Error>?>(nil)

    private init() async throws {
        host = try await TestHost("e2e")
        folder = host.folder
        let layouts = try Stage.layouts.get()
        try FileSystem.makeDirectories("\(folder)/registry")
        registry = try await RegistryFixture(in: host, folder: folder)
        for name in try FileSystem.list(layouts.path) {
            try await registry.push(layout: "\(layouts.path)/\(name)", as: "\(name):1")
        }
        try await registry.push(layout: "\(layouts.path)/busybox", as: "docker:1", format: "v2s2")
        agent = try AgentFixture(host: host, folder: folder)
        try await agent.start()
    }

    /// The images as OCI layouts, made once for all tests.
    static let layouts = Result {
        let folder = try TemporaryDirectory.ofProcess("images")
        try Command("/usr/bin/python3", "\(fixtures)/images.py", folder.path).run().checked()
        return folder
    }

    /// The folder of what is not Swift.
    static let fixtures: String = {
        let file = #filePath
        return FileSystem.split(FileSystem.split(file).directory).directory + "/Fixtures"
    }()
}
