import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry
import TestSupport
import Testing

/// Debian's docker-registry with tokens of a server of the test's own, which gives to whom it knows exactly what is asked for.
@Suite("A registry with a token server", .timeLimit(.minutes(2)))
struct TokenServerTests {
    private let folder: TemporaryDirectory
    private let tokens: ScriptedServer
    private let registry: LoopbackRegistry
    private let blob = ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: [1]), size: 1)

    init() throws {
        let folder = try TemporaryDirectory("tokens")
        self.folder = folder
        try Command(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=tokens", "-keyout", folder("key.pem"),
            "-out", folder("cert.pem")
        ).run().checked()
        let der = try Command("openssl", "x509", "-in", folder("cert.pem"), "-outform", "DER").run().checked().output
        let key = folder("key.pem")
        tokens = try ScriptedServer { request in
            // me:secret
            let isKnown = request.headers["authorization"] == "Basic bWU6c2VjcmV0"
            let scopes = request.path.split(separator: "&").filter { $0.contains("scope=") }.map { scope in
                let value = String(scope.split(separator: "=")[1])
                return value.replacing("%3A", with: ":").replacing("%2C", with: ",").replacing("%2F", with: "/")
            }
            guard let token = try? Self.token(scopes, isKnown, key, der) else { return .init(500) }
            return .init(200, body: Array(#"{"token":"\#(token)","expires_in":300}"#.utf8))
        }
        var setting = LoopbackRegistry.Setting()
        setting.tokens = ("http://\(tokens.address)/token", folder("cert.pem"))
        registry = try LoopbackRegistry(in: folder, setting)
    }

    /// A JSON web token (RFC 7519) by RS256. Who is not known may read only.
    private static func token(_ scopes: [String], _ isKnown: Bool, _ key: String, _ certificate: [UInt8]) throws -> String {
        func coded(_ bytes: [UInt8]) -> String {
            String(Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" })
        }
        let access = scopes.map { scope -> JSONNode in
            let parts = scope.split(separator: ":").map(String.init)
            let actions = parts[2].split(separator: ",").map(String.init).filter { isKnown || $0 == "pull" }
            return ["type": JSONNode(parts[0]), "name": JSONNode(parts[1]), "actions": JSONNode(.array(actions.map { JSONNode($0) }))]
        }
        let header: JSONNode = ["typ": "JWT", "alg": "RS256", "x5c": [JSONNode(Base64.encode(certificate))]]
        let claims: JSONNode = [
            "iss": "test", "sub": "me", "aud": "test", "exp": JSONNode(time(nil) + 300), "nbf": JSONNode(time(nil) - 60),
            "iat": JSONNode(time(nil)), "jti": "1", "access": JSONNode(.array(access)),
        ]
        let text = coded(JSON.serialize(header)) + "." + coded(JSON.serialize(claims))
        let signature = try Command(["openssl", "dgst", "-sha256", "-sign", key], input: Array(text.utf8)).run().checked().output
        return text + "." + coded(signature)
    }

    private func client(_ password: String?) throws -> RegistryClient {
        let client = FakeRegistry.client { $0.registries = .none }
        return password.map { client.authenticated(with: .password(Credentials(user: "me", password: $0))) } ?? client
    }

    @Test("tokens are asked for what is done, one for each kind of access, and pushing takes credentials")
    func scopes() async throws {
        let reference = try ImageReference("\(registry.address)/team/app:1")
        let known = try client("secret")
        #expect(try await known.pushBlob(blob, .bytes([1]), to: reference) == .uploaded)
        #expect(try await known.hasBlob(blob.digest, in: reference))
        #expect(try await known.hasBlob(blob.digest, in: reference))
        let asked = tokens.requests.map { $0.path.split(separator: "=").last.map(String.init) ?? "" }
        #expect(asked == ["repository%3Ateam%2Fapp%3Apull%2Cpush", "repository%3Ateam%2Fapp%3Apull"])
        #expect(try await client(nil).hasBlob(blob.digest, in: reference))
        for stranger in [try client(nil), try client("wrong")] {
            await #expect(throws: RegistryError.self) {
                try await stranger.pushBlob(
                    ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: [2]), size: 1), .bytes([2]), to: reference)
            }
        }
    }

    @Test("a mount asks for both repositories; deletion for its own action")
    func mountAndDelete() async throws {
        let known = try client("secret")
        try await known.pushBlob(blob, .bytes([1]), to: try ImageReference("\(registry.address)/a:1"))
        let target = try ImageReference("\(registry.address)/b:1")
        #expect(try await known.pushBlob(blob, .file("/nowhere"), to: target, mounting: ["a"]) == .mounted)
        #expect(tokens.requests.contains { $0.path.hasSuffix("scope=repository%3Ab%3Apull%2Cpush&scope=repository%3Aa%3Apull") })
        try await known.deleteBlob(blob.digest, in: target)
        #expect(tokens.requests.contains { $0.path.hasSuffix("scope=repository%3Ab%3Apull%2Cdelete") })
        await #expect(throws: RegistryError.self) {
            try await client(nil).deleteBlob(blob.digest, in: try ImageReference("\(registry.address)/a:1"))
        }
    }
}
