import Linux
import OCISpec
import Registry
import TestSupport
import Testing

@Suite("Authentication at registries", .timeLimit(.minutes(1)))
struct AuthenticationTests {
    @Test("challenges are parsed, several in a header too")
    func challenges() {
        #expect(
            AuthenticationChallenge.parse(
                #"Bearer realm="https://a/t?x=1,2",service="s \"q\"",scope="repository:a:pull,push""#
            )
                == [
                    AuthenticationChallenge(
                        scheme: "bearer",
                        parameters: [
                            "realm": "https://a/t?x=1,2", "service": #"s "q""#, "scope": "repository:a:pull,push",
                        ]
                    )
                ]
        )
        #expect(AuthenticationChallenge.parse("Negotiate, Basic realm=x").map(\.scheme) == ["negotiate", "basic"])
        #expect(AuthenticationChallenge.parse("").isEmpty)
        #expect(AuthenticationChallenge.parse("=,\",=").isEmpty)
        #expect(AuthenticationChallenge.parse("Bearer realm=\"unfinished").count == 1)
    }

    /// A registry that wants a token, and the server that gives it.
    private func tokenRegistry(realm: String? = nil) throws -> FakeRegistry {
        try FakeRegistry { registry, request in
            if request.path.hasPrefix("/token") {
                return .init(200, body: Array(#"{"token":"t0ken","expires_in":300}"#.utf8))
            }
            if request.headers["authorization"] == "Bearer t0ken" { return nil }
            let realm = realm ?? "http://\(registry.server.address)/token"
            return .init(401, ["WWW-Authenticate": "Bearer realm=\"\(realm)\",service=\"the registry\""])
        }
    }

    @Test("a token is fetched for the repository, anonymously, and used again")
    func anonymousToken() async throws {
        let registry = try tokenRegistry()
        let client = FakeRegistry.client()
        _ = try await registry.resolve(with: client)
        try await registry.fetchLayer(into: CollectingBlob(), with: client)
        let tokens = registry.server.requests.filter { $0.path.hasPrefix("/token") }
        #expect(tokens.map(\.path) == ["/token?service=the%20registry&scope=repository%3Aapp%3Apull"])
        #expect(tokens.first?.headers["authorization"] == nil)
    }

    @Test("user and password of auth.json go to the token server, the most specific entry first")
    func credentials() async throws {
        let registry = try tokenRegistry()
        let folder = try TemporaryDirectory("auth")
        // user:secret
        try folder.write(
            "auth.json",
            #"{"auths":{"\#(registry.server.address)":{"auth":"bm86bm8="},"\#(registry.server.address)/app":{"auth":"dXNlcjpzZWNyZXQ="}}}"#
        )
        _ = try await registry.resolve(
            with: FakeRegistry.client { $0.credentialFiles = [folder("none"), folder("auth.json")] }
        )
        let token = registry.server.requests.first { $0.path.hasPrefix("/token") }
        #expect(token?.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ=")
        // The registry itself sees the token only.
        #expect(
            registry.server.requests.allSatisfy {
                $0.path.hasPrefix("/token") || $0.headers["authorization"] != "Basic dXNlcjpzZWNyZXQ="
            }
        )
    }

    @Test("credentials of one pull: an identity token is traded for one of the registry's, one of the registry goes there as it is")
    func credentialsOfAPull() async throws {
        let registry = try tokenRegistry()
        let client = FakeRegistry.client()
        _ = try await registry.resolve(with: client.authenticated(with: .identityToken("refresh me/")))
        let trade = try #require(registry.server.requests.first { $0.path.hasPrefix("/token") })
        #expect(trade.method == "POST" && trade.path == "/token" && trade.headers["authorization"] == nil)
        let second = try tokenRegistry()
        _ = try await second.resolve(with: client.authenticated(with: .registryToken("t0ken")))
        #expect(!second.server.requests.contains { $0.path.hasPrefix("/token") })
        await #expect(throws: RegistryError.self) { try await second.resolve(with: client.authenticated(with: .registryToken("wrong"))) }
        // What one has is nobody else's.
        _ = try await second.resolve(with: client)
        #expect(second.server.requests.contains { $0.path.hasPrefix("/token") })
    }

    @Test("Basic")
    func basic() async throws {
        let registry = try FakeRegistry { _, request in
            request.headers["authorization"] == "Basic dXNlcjpzZWNyZXQ="
                ? nil : .init(401, ["WWW-Authenticate": "Basic realm=\"x\""])
        }
        let folder = try TemporaryDirectory("auth")
        try folder.write(
            "auth.json",
            #"{"auths":{"\#(registry.server.address)":{"username":"user","password":"secret"}}}"#
        )
        _ = try await registry.resolve(with: FakeRegistry.client { $0.credentialFiles = [folder("auth.json")] })
        await expect("unauthorized") { try await registry.resolve() }
    }

    @Test("a token server that is not encrypted gets no request, whatever the registry says")
    func plainRealm() async throws {
        let registry = try tokenRegistry(realm: "http://registry.example/token")
        await expect("authenticationProtocol") { try await registry.resolve() }
    }

    @Test("errors say nothing of the secret")
    func secrets() async throws {
        let folder = try TemporaryDirectory("auth")
        let registry = try tokenRegistry()
        try folder.write(
            "auth.json",
            #"{"auths":{"\#(registry.server.address)":{"auth":"dXNlcjpzZWNyZXQ"}}, "x": dXNlcjpzZWNyZXQ}"#
        )
        do {
            _ = try await registry.resolve(with: FakeRegistry.client { $0.credentialFiles = [folder("auth.json")] })
            Issue.record("nothing was thrown")
        } catch {
            #expect(!"\(error)".contains("dXNlc"))
            #expect("\(error)".contains("auth.json"))
        }
        #expect(!"\(Credentials(user: "user", password: "secret"))".contains("secret"))
        #expect(!String(reflecting: Credentials(user: "user", password: "secret")).contains("secret"))
    }
}
