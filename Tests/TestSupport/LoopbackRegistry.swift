import Glibc
import Linux

/// Debian's docker-registry on a free port of loopback, with its storage in a folder of the test's.
public final class LoopbackRegistry: Sendable {
    /// Who is let in, and how it is spoken to.
    public struct Setting: Sendable {
        /// Paths of its certificate and key, for https.
        public var certificate: (certificate: String, key: String)?
        /// A file of htpasswd(1) with bcrypt.
        public var users: String?
        /// A server of tokens, and the certificate that they are signed with.
        public var tokens: (realm: String, certificate: String)?

        public init() {}
    }

    public let address: String
    private let process: ProcessHandle

    public init(in folder: TemporaryDirectory, _ setting: Setting = Setting()) throws {
        let storage = try folder.makeDirectory("registry")
        let port = try Self.freePort()
        address = "127.0.0.1:\(port)"
        let tls = setting.certificate.map { ", tls: {certificate: \($0.certificate), key: \($0.key)}" } ?? ""
        var auth = setting.users.map { "auth: {htpasswd: {realm: test, path: \($0)}}" } ?? ""
        if let tokens = setting.tokens {
            auth = "auth: {token: {realm: \"\(tokens.realm)\", service: test, issuer: test, rootcertbundle: \(tokens.certificate)}}"
        }
        let configuration = try folder.write(
            "registry.yml",
            """
            version: 0.1
            log: {level: error, accesslog: {disabled: true}}
            storage: {filesystem: {rootdirectory: \(storage)}, delete: {enabled: true}}
            http: {addr: "\(address)"\(tls)}
            \(auth)
            """
        )
        let log = try Descriptor.open(folder("registry.log"), O_WRONLY | O_CREAT | O_APPEND, mode: 0o644)
        process = try Command("docker-registry", "serve", configuration)
            .spawn([1: log.rawValue, 2: log.rawValue])
        let deadline = Deadline(in: .seconds(30))
        // There is nothing to wait on but the port itself.
        while !Self.answers(port) {
            guard !deadline.hasPassed else {
                throw Command.TimedOut(
                    command: "docker-registry",
                    output: try FileSystem.readText(folder("registry.log"))
                )
            }
            sched_yield()
        }
    }

    deinit {
        // It may have ended by itself; reaped it must be.
        try? process.signal(SIGKILL)
        _ = try? process.wait()
    }

    /// Copies an image of a folder with an OCI layout into the registry with skopeo, and answers its name.
    @discardableResult
    public func push(layout: String, as name: String, _ options: [String] = []) throws -> String {
        try Command(
            ["skopeo", "copy", "--quiet", "--insecure-policy", "--dest-tls-verify=false"] + options
                + ["oci:\(layout)", "docker://\(address)/\(name)"]
        ).run().checked()
        return "\(address)/\(name)"
    }

    private static func freePort() throws -> UInt16 {
        let socket = Descriptor(
            owning: try retrying("socket") {
                Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            }
        )
        let number = socket.rawValue
        var address = loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try retrying("bind") { bind(number, address, length) }
                try retrying("getsockname") { getsockname(number, address, &length) }
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func answers(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { _ = Glibc.close(socket) }
        var address = loopback(port)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
