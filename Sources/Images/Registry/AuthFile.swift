import Glibc
import JSONCoding
import Linux
import OCISpec

/// A file of credentials that is written: `auth.json` (containers-auth.json(5)). What else stands in it stays.
public struct AuthFile: Sendable {
    private static let sizeLimit = 1 << 20

    public let path: String

    public init(path: String) { self.path = path }

    /// Where podman and skopeo keep what somebody logs in with.
    public static func standard() -> AuthFile {
        func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
        if let path = variable("REGISTRY_AUTH_FILE") { return AuthFile(path: path) }
        if geteuid() != 0, let folder = variable("XDG_RUNTIME_DIR") { return AuthFile(path: "\(folder)/containers/auth.json") }
        return AuthFile(path: "/run/containers/\(geteuid())/auth.json")
    }

    /// The user that is logged in at a registry; nil where nobody is.
    public func user(of registry: String) async throws -> String? {
        let reference = try ImageReference("\(registry)/swiftlet/login")
        switch try await CredentialStore(files: [path]).credentials(for: reference) {
        case .password(let credentials)?: return credentials.user
        case .identityToken?, .registryToken?: return "<token>"
        case nil: return nil
        }
    }

    /// Keeps credentials for a registry or a part of it; with the helper that the file names, if it names one.
    public func store(_ credentials: Credentials, for registry: String) async throws {
        let node = try read()
        if let helper = Self.helper(for: registry, in: node) {
            return try await CredentialProgram(helper).store(credentials, for: registry)
        }
        let auth = Base64.encode(Array("\(credentials.user):\(credentials.password)".utf8))
        var entries = (node["auths"]?.members ?? []).filter { $0.key != registry }
        entries.append(JSONNode.Member(key: registry, value: JSONNode(.object([.init(key: "auth", value: JSONNode(auth))]))))
        try write(node, auths: entries)
    }

    /// Forgets what is kept for a registry, or for all; false where there was nothing.
    public func remove(_ registry: String?) async throws -> Bool {
        let node = try read()
        if let registry, let helper = Self.helper(for: registry, in: node) {
            try await CredentialProgram(helper).erase(registry)
            return true
        }
        let entries = node["auths"]?.members ?? []
        let kept = registry.map { name in entries.filter { $0.key != name } } ?? []
        guard kept.count != entries.count else { return false }
        try write(node, auths: kept)
        return true
    }

    private static func helper(for registry: String, in node: JSONNode) -> String? {
        if let helper = node["credHelpers"]?[registry]?.stringValue { return helper }
        return node["credsStore"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func read() throws -> JSONNode {
        guard FileSystem.exists(path) else { return JSONNode(.object([])) }
        // The parser's error may quote the text, and with it a secret.
        guard let node = try? JSON.parse(try FileSystem.read(path, limit: Self.sizeLimit)), node.members != nil else {
            throw RegistryError(subject: path, reason: .authenticationProtocol("this is no credentials file"))
        }
        return node
    }

    private func write(_ node: JSONNode, auths: [JSONNode.Member]) throws {
        var members = (node.members ?? []).filter { $0.key != "auths" }
        members.append(JSONNode.Member(key: "auths", value: JSONNode(.object(auths))))
        try FileSystem.makeDirectories(FileSystem.split(path).directory, mode: 0o700)
        try FileSystem.writeAtomically(path, JSON.serialize(JSONNode(.object(members)), style: .pretty), mode: 0o600, durable: false)
    }
}
