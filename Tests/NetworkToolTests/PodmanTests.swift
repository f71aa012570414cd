import JSONCoding
import Linux
import TestSupport
import Testing

/// podman itself, with both of our programs in the places of netavark and aardvark-dns.
@Suite("Under podman", .needsPrivateHost) struct PodmanTests {
    @Test("A network, two containers on it, a name, a port of the host, and nothing left") func podman() async throws {
        let host = try await TestHost("podman-net")
        let podman = try await Podman(in: host)
        func links() async throws -> String { try await host.run(Command("ip", "-br", "link")).checked().text }
        let before = try await links()
        try await podman("network", "create", "--subnet", "10.77.0.0/24", "web").checked()
        try await podman(
            "run", "-d", "--name", "server", "--network", "web", "-p", "8099:80", "busybox", "/bin/httpd", "-f", "-p", "80",
            "-h", "/srv"
        ).checked()
        // A static program cannot resolve names as others do; nslookup asks the server of resolv.conf itself.
        let inspected = try await podman("inspect", "-f", "{{.NetworkSettings.Networks.web.IPAddress}}", "server").checked().text
        let address = inspected.split(separator: "\n").joined()
        try await podman("run", "-d", "--name", "client", "--network", "web", "busybox", "/bin/httpd", "-f").checked()
        let answer = try await podman("exec", "client", "/bin/nslookup", "server.dns.podman").checked()
        #expect(answer.text.contains("Address: \(address)"), "\(answer)")
        let pid = try await podman("inspect", "-f", "{{.State.Pid}}", "client").checked().text.split(separator: "\n").joined()
        let page = try await host.run(
            Command("nsenter", "--net=/proc/\(pid)/ns/net", "curl", "-s", "--max-time", "5", "http://\(address)/hello"))
        #expect(page.text == "hello\n", "\(page)")
        for address in ["127.0.0.1", "10.77.0.1"] {
            let word = try await host.run(
                Command("curl", "-s", "--max-time", "5", "--retry", "5", "--retry-connrefused", "http://\(address):8099/hello"))
            #expect(word.text == "hello\n", "\(address): \(word)")
        }
        let rules = try await host.run(Command("nft", "list", "table", "inet", "netavark")).checked().text
        #expect(rules.contains("tcp dport 8099 dnat ip to 10.77.0."))
        try await podman("network", "create", "--subnet", "10.78.0.0/24", "second").checked()
        try await podman("network", "connect", "second", "server").checked()
        let inside = try await podman("exec", "server", "/bin/ip", "addr").checked().text
        #expect(inside.contains("10.77.0.") && inside.contains("10.78.0."))
        try await podman("network", "disconnect", "second", "server").checked()
        try await podman("rm", "-f", "-t", "0", "server", "client").checked()
        try await podman("network", "rm", "web", "second").checked()
        #expect(try await links() == before)
        let left = try await host.run(Command("nft", "list", "ruleset")).checked().text
        #expect(!left.contains("10.77.0") && !left.contains("10.78.0"))
        withExtendedLifetime(host) {}
    }
}

/// podman with folders of its own, our programs as its helpers, and an image of Debian's static busybox.
private struct Podman {
    let host: TestHost
    let folder: TemporaryDirectory

    init(in host: TestHost) async throws {
        self.host = host
        folder = try TemporaryDirectory("podman")
        let helpers = try folder.makeDirectory("helpers")
        try FileSystem.makeSymbolicLink(at: "\(helpers)/netavark", to: TestBinaries.networkTool)
        try FileSystem.makeSymbolicLink(at: "\(helpers)/aardvark-dns", to: TestBinaries.nameServer)
        try folder.write(
            "containers.conf",
            """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
            [network]
            network_backend = "netavark"
            network_config_dir = "\(folder("networks"))"
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "file"
            runtime = "runc"
            helper_binaries_dir = ["\(helpers)"]
            """
        )
        for directory in ["rootfs/bin", "rootfs/srv"] { try FileSystem.makeDirectories(folder(directory)) }
        _ = try Command("cp", "/bin/busybox", folder("rootfs/bin/busybox")).run().checked()
        for applet in ["sh", "httpd", "nslookup", "ip"] {
            try FileSystem.makeSymbolicLink(at: folder("rootfs/bin/\(applet)"), to: "busybox")
        }
        try folder.write("rootfs/srv/hello", "hello\n")
        _ = try Command("tar", "-C", folder("rootfs"), "-cf", folder("image.tar"), ".").run().checked()
        try await self("import", "-q", folder("image.tar"), "busybox").checked()
    }

    func callAsFunction(_ arguments: String...) async throws -> Command.Outcome {
        let global = [
            "podman", "--root", folder("lib"), "--runroot", folder("run"), "--tmpdir", folder("tmp"),
            "--storage-driver", "vfs",
        ]
        var command = Command(global + arguments)
        command.environment = ["CONTAINERS_CONF": folder("containers.conf")]
        return try await host.run(command)
    }
}
