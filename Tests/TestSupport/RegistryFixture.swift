import Glibc
import Linux

/// Debian's docker-registry on the loopback of a test's host, and Debian's skopeo to push to it.
public struct RegistryFixture: Sendable {
    /// `127.0.0.1:5000`
    public let address: String
    public let process: HostProcess

    private let host: TestHost

    /// Starts it with its storage in a folder, which must exist.
    ///
    /// - Parameter users: lines of htpasswd(1) with bcrypt; whoever is not among them is not let in. Nil: everybody is.
    public init(in host: TestHost, folder: String, port: UInt16 = 5000, users: String? = nil) async throws {
        self.host = host
        address = "127.0.0.1:\(port)"
        var configuration = """
            version: 0.1
            log: {accesslog: {disabled: true}, level: error}
            storage: {filesystem: {rootdirectory: \(folder)/registry}, delete: {enabled: true}}
            http: {addr: "\(address)"}
            """
        if let users {
            try FileSystem.write("\(folder)/htpasswd", Array(users.utf8))
            configuration += "\nauth: {htpasswd: {realm: test, path: \(folder)/htpasswd}}"
        }
        try FileSystem.write("\(folder)/registry.yml", Array(configuration.utf8))
        process = try await host.start(
            Command("docker-registry", "serve", "\(folder)/registry.yml"),
            output: "\(folder)/registry.log"
        )
        try await host.waitForPort(port)
    }

    /// Pushes an image of an OCI layout; with `format: "v2s2"` in Docker's media types.
    ///
    /// - Parameter user: `name:password`
    public func push(layout: String, tag: String = "1", as name: String, format: String? = nil, user: String? = nil) async throws {
        // As it is, byte for byte, unless another format is asked for.
        let credentials = user.map { ["--dest-creds", $0] } ?? []
        let form = format.map { ["--format", $0] } ?? ["--all", "--preserve-digests"]
        let copy = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false"] + credentials + form
        try await host.run(Command(copy + ["oci:\(layout):\(tag)", "docker://\(address)/\(name)"])).checked()
    }
}

extension TestHost {
    /// Waits until something listens on a TCP port of the host's loopback.
    ///
    /// The kernel has no way to wait for another process's listen(2): this asks again after 5 ms.
    public func waitForPort(_ port: UInt16, _ duration: Duration = .seconds(30)) async throws {
        try await perform {
            let deadline = Deadline(in: duration)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            while true {
                let socket = Descriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
                let result = withUnsafePointer(to: &address) { pointer in
                    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(socket.rawValue, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                if result == 0 { return }
                if deadline.hasPassed { throw SystemError.last("connect", "127.0.0.1:\(port)") }
                _ = poll(nil, 0, 5)
            }
        }
    }
}
