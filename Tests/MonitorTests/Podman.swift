import Linux
import TestSupport

/// podman with folders of its own and an image of Debian's static busybox.
struct Podman {
    let host: any Host
    let folder: TemporaryDirectory

    init(in host: any Host, runtime: String = "runc", cgroupManager: String = "cgroupfs") async throws {
        self.host = host
        folder = try TemporaryDirectory("podman")
        // Limits that no capability is needed for.
        try folder.write(
            "containers.conf",
            """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
            log_driver = "k8s-file"
            [engine]
            cgroup_manager = "\(cgroupManager)"
            events_logger = "file"
            runtime = "\(runtime)"
            """
        )
        try FileSystem.makeDirectories(folder("rootfs/bin"))
        _ = try Command("cp", "/bin/busybox", folder("rootfs/bin/busybox")).run().checked()
        for applet in ["sh", "cat", "seq", "sleep"] {
            try FileSystem.makeSymbolicLink(at: folder("rootfs/bin/\(applet)"), to: "busybox")
        }
        _ = try Command("tar", "-C", folder("rootfs"), "-cf", folder("image.tar"), ".").run().checked()
        try await self("import", "-q", folder("image.tar"), "busybox").checked()
    }

    @discardableResult
    func callAsFunction(_ arguments: String..., input: [UInt8] = []) async throws -> Command.Outcome {
        let global = [
            "podman", "--root", folder("lib"), "--runroot", folder("run"), "--tmpdir", folder("tmp"),
            "--storage-driver", "vfs", "--conmon", TestBinaries.monitor,
        ]
        var command = Command(global + arguments, input: input)
        command.environment = ["CONTAINERS_CONF": folder("containers.conf")]
        return try await host.run(command)
    }
}
