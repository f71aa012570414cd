import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport

/// A bundle with Debian's static busybox and a runtime root of its own, driven by the command line: `create` and `exec`
/// copy the calling process, which a test with its threads must not be.
final class ContainerFixture: Sendable {
    let directory: TemporaryDirectory
    let root: String
    let id: String

    init() throws {
        directory = try TemporaryDirectory("container")
        root = directory("state")
        id = "c\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        _ = try directory.makeDirectory("bundle/rootfs/bin")
        let busybox = FileSystem.exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox"
        let bytes = try FileSystem.read(busybox)
        try FileSystem.write(directory("bundle/rootfs/bin/busybox"), bytes, mode: 0o755)
        for name in [
            "sh", "cat", "ls", "id", "mount", "sleep", "true", "touch", "stat", "ps", "tty", "hostname", "tail", "head",
            "mknod", "dd",
        ] {
            try FileSystem.makeSymbolicLink(at: directory("bundle/rootfs/bin/\(name)"), to: "busybox")
        }
    }

    deinit {
        // Whatever a failed test left.
        _ = try? runtime("delete", "--force", id)
        if let layout = try? FileSystem.list("/sys/fs/cgroup") {
            for name in [""] + layout { rmdir("/sys/fs/cgroup/\(name)/\(cgroupParent)") }
        }
    }

    var bundle: String { directory("bundle") }
    var rootfs: String { directory("bundle/rootfs") }

    /// Of this test alone: another one's end must not take it away while a group is made in it.
    var cgroupParent: String { "swiftlet-test-\(id)" }

    /// A configuration with everything that is usual: all namespaces, the default mounts, rights and filter.
    func spec(_ script: String) -> RuntimeSpec {
        spec(["/bin/sh", "-c", script])
    }

    func spec(_ arguments: [String]) -> RuntimeSpec {
        var spec = RuntimeSpec()
        var process = RuntimeSpec.Process(args: arguments)
        process.env = ["PATH=/bin"]
        process.user = .init()
        process.noNewPrivileges = true
        process.capabilities = .init(bounding: ContainerDefaults.capabilities)
        spec.process = process
        spec.root = .init(path: "rootfs")
        spec.hostname = "box"
        spec.mounts = ContainerDefaults.mounts
        var linux = RuntimeSpec.Linux()
        linux.namespaces = [.init(.pid), .init(.network), .init(.ipc), .init(.uts), .init(.mount), .init(.cgroup)]
        linux.cgroupsPath = "/\(cgroupParent)/\(id)"
        linux.maskedPaths = ContainerDefaults.maskedPaths
        linux.readonlyPaths = ContainerDefaults.readonlyPaths
        linux.seccomp = ContainerDefaults.seccomp(capabilities: ContainerDefaults.capabilities, kernel: (6, 1))
        linux.resources = .init()
        linux.resources?.devices = ContainerDefaults.deviceRules
        spec.linux = linux
        return spec
    }

    func write(_ spec: RuntimeSpec) throws {
        try FileSystem.write(bundle + "/config.json", try JSON.encode(spec))
    }

    /// Runs a container to its end.
    func run(_ spec: RuntimeSpec) throws -> Command.Outcome {
        try write(spec)
        return try runtime("run", "--bundle", bundle, id)
    }

    func run(_ script: String, _ change: (inout RuntimeSpec) -> Void = { _ in }) throws -> Command.Outcome {
        var spec = spec(script)
        change(&spec)
        return try run(spec)
    }

    /// Starts a container that stays.
    func start(_ spec: RuntimeSpec) throws {
        try write(spec)
        // The container keeps the streams of its maker, whose end a `Command` waits for.
        try Command(
            "/bin/sh",
            "-c",
            "exec \"$@\" >/dev/null 2>&1 </dev/null",
            "sh",
            TestBinaries.runtime,
            "--root",
            root,
            "run",
            "--detach",
            "--bundle",
            bundle,
            id
        ).run().checked()
    }

    @discardableResult
    func runtime(_ arguments: String...) throws -> Command.Outcome {
        try Command([TestBinaries.runtime, "--root", root] + arguments).run()
    }

    func state() throws -> JSONNode {
        try JSON.parse(try runtime("state", id).checked().output)
    }

    /// Whether nothing of the container is left.
    func isGone() throws -> Bool {
        let hierarchies = [""] + (try FileSystem.list("/sys/fs/cgroup"))
        let cgroups = hierarchies.map { "/sys/fs/cgroup/\($0)/\(cgroupParent)/\(id)" }
        return !FileSystem.exists("\(root)/\(id)") && !cgroups.contains(where: FileSystem.exists)
    }
}
