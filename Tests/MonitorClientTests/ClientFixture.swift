import Glibc
import Linux
import MonitorClient
import TestSupport
import Testing

/// A client whose containers are made by the fake runtime.
struct ClientFixture {
    let folder: TemporaryDirectory
    let runtime: FakeRuntime
    let client: MonitorClient

    init() throws {
        folder = try TemporaryDirectory("client")
        runtime = try FakeRuntime(in: folder)
        client = ClientFixture.client(runtime)
    }

    /// Another client over the same run directories: an agent that was started anew.
    func anotherClient(keeper: (any MonitorKeeping)? = nil) -> MonitorClient {
        ClientFixture.client(runtime, keeper: keeper)
    }

    private static func client(_ runtime: FakeRuntime, keeper: (any MonitorKeeping)? = nil) -> MonitorClient {
        MonitorClient(
            configuration: MonitorClient.Configuration(
                monitorExecutable: TestBinaries.monitor,
                runtimeExecutable: runtime.path,
                runtimeRoot: runtime.root
            ),
            keeper: keeper
        )
    }

    func directory(_ id: String) -> String { folder("run-\(id)") }

    /// What starts a container that runs a shell script.
    func launch(_ id: String, _ program: String) throws -> MonitorClient.Launch {
        var launch = MonitorClient.Launch(
            id: id,
            name: id,
            bundle: try runtime.bundle("bundle-\(id)", program),
            directory: directory(id),
            logPath: folder("\(id).log")
        )
        launch.runtime = runtime.path
        return launch
    }

    /// Nothing of a container is left at the runtime.
    func isRemoved(_ id: String) -> Bool { !FileSystem.exists("\(runtime.root)/\(id)") }
}

/// A program that runs until a signal ends it.
let runsForEver = "mkfifo never; exec cat <>never"

/// Blocks until a process that need not be ours has ended; false where the deadline comes first.
func hasEnded(_ pid: pid_t) -> Bool {
    guard let process = try? ProcessHandle(pid: pid) else { return true }
    var wanted = pollfd(fd: process.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, 10_000) == 1
}
