import Glibc
import Linux
import OCISpec
import Registry
import TestCertificates
import TestSupport
import Testing

@Suite("registries.conf, certs.d and credential helpers", .timeLimit(.minutes(2)))
struct RegistriesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("registries") }

    private func read(_ text: String) throws -> RegistriesConfiguration {
        try .read([try folder.write("registries.conf", text)])
    }

    private func routes(_ name: String, _ text: String) throws -> [String] {
        try read(text).routes(for: try ImageReference(name)).map { $0.reference.description + ($0.isInsecure ? " insecure" : "") }
    }

    @Test("mirrors come first, the longest prefix counts, and locations replace it")
    func routing() throws {
        let text = """
            [[registry]]
            prefix = "example.com"
            location = "internal.lan/mirrored"
            [[registry]]
            prefix = "example.com/team"
            location = "team.lan:5000"
            insecure = true
            [[registry.mirror]]
            location = "near.lan/team"
            [[registry.mirror]]
            location = "digests.lan"
            pull-from-mirror = "digest-only"
            [[registry]]
            prefix = "*.wild.org"
            [[registry.mirror]]
            location = "cache.lan"
            """
        let digest = Digest.sha256(of: [])
        #expect(try routes("example.com/a/b:1", text) == ["internal.lan/mirrored/a/b:1"])
        #expect(try routes("example.com/team/app:1", text) == ["near.lan/team/app:1", "team.lan:5000/app:1 insecure"])
        #expect(try routes("example.com/team/app@\(digest)", text).contains("digests.lan/app@\(digest)"))
        #expect(try routes("example.com/teams:1", text) == ["internal.lan/mirrored/teams:1"])
        #expect(try routes("example.com:443/team/app:1", text) == ["example.com:443/team/app:1"])
        #expect(try routes("a.wild.org/x:1", text) == ["cache.lan/x:1", "a.wild.org/x:1"])
        #expect(try routes("wild.org/x:1", text) == ["wild.org/x:1"])
        #expect(try routes("app:1", "") == ["docker.io/library/app:1"])
    }

    @Test("a blocked prefix is not asked, and a file that cannot be read says where")
    func refusals() throws {
        #expect(throws: RegistryError.self) { try routes("bad.lan/a", "[[registry]]\nlocation='bad.lan'\nblocked=true") }
        for text in ["[[registry]]\nblocked=true", "unqualified-search-registries = 'x'", "[[registry]\n", "[[registry]]\nprefix='a'\nlocation=''"] {
            #expect(throws: RegistriesError.self, "\(text)") { try read(text) }
        }
    }

    @Test("names without a registry: an alias, else the registries that are searched, else docker's")
    func shortNames() throws {
        let found = try read("unqualified-search-registries = ['a.lan', 'b.lan']\n[aliases]\n'app' = 'c.lan/team/app'")
        func names(_ name: String) throws -> [String] { try found.candidates(for: name).map(\.description) }
        #expect(try names("app:2") == ["c.lan/team/app:2"])
        #expect(try names("other") == ["a.lan/other:latest", "b.lan/other:latest"])
        #expect(try names("x.lan/other") == ["x.lan/other:latest"])
        #expect(try read("").candidates(for: "other").map(\.description) == ["docker.io/library/other:latest"])
    }

    @Test("a mirror that fails is passed over, one that has the image is enough")
    func mirrors() async throws {
        let broken = try ScriptedServer { _ in .init(404) }
        let registry = try FakeRegistry()
        let path = try folder.write(
            "mirror.conf",
            "[[registry]]\nlocation = 'nowhere.invalid'\n[[registry.mirror]]\nlocation = '\(broken.address)'\n"
                + "[[registry.mirror]]\nlocation = '\(registry.server.address)'\n"
        )
        let client = FakeRegistry.client { $0.registries = .init(main: path) }
        let image = try await client.resolve(try ImageReference("nowhere.invalid/app:v1"), for: .host)
        let sink = CollectingBlob()
        try await client.fetchBlob(registry.layerDescriptor, of: try ImageReference("nowhere.invalid/app:v1"), into: sink)
        #expect(image.manifestBytes == registry.manifestBytes && sink.bytes == FakeRegistry.layer)
        #expect(!broken.requests.isEmpty)
    }

    @Test("a registry with TLS: certs.d vouches for it; without, it is refused unless it is said to be insecure")
    func tls() async throws {
        let certificates = try Certificates()
        try certificates.issue("server", subject: "/CN=registry", names: "IP:127.0.0.1")
        var setting = LoopbackRegistry.Setting()
        setting.certificate = (certificates.path("server.pem"), certificates.path("server-key.pem"))
        let registry = try LoopbackRegistry(in: folder, setting)
        let reference = try ImageReference("\(registry.address)/app:1")
        let blob = ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: [1]), size: 1)
        let own = try folder.makeDirectory("certs.d/\(registry.address)")
        let strict = FakeRegistry.client { $0.registries = .none; $0.certificateFolders = [folder("certs.d")] }
        await #expect(throws: RegistryError.self) { try await strict.pushBlob(blob, .bytes([1]), to: reference) }
        try FileSystem.write("\(own)/ca.crt", try FileSystem.read(certificates.path("ca.pem")))
        #expect(try await strict.pushBlob(blob, .bytes([1]), to: reference) == .uploaded)
        let path = try folder.write("insecure.conf", "[[registry]]\nlocation = '\(registry.address)'\ninsecure = true")
        let lax = FakeRegistry.client { $0.registries = .init(main: path); $0.certificateFolders = [] }
        #expect(try await lax.hasBlob(blob.digest, in: reference))
        withExtendedLifetime((certificates, registry)) {}
    }

    @Test("htpasswd: who is not known is refused, who is may push; a helper's credentials count too")
    func passwords() async throws {
        var setting = LoopbackRegistry.Setting()
        // htpasswd -nbBC 4 user secret
        let entry = "user:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"
        setting.users = try folder.write("htpasswd", entry)
        let registry = try LoopbackRegistry(in: folder, setting)
        let reference = try ImageReference("\(registry.address)/app:1")
        let blob = ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: [1]), size: 1)
        let nobody = FakeRegistry.client { $0.registries = .none }
        await #expect(throws: RegistryError.self) { try await nobody.pushBlob(blob, .bytes([1]), to: reference) }
        let helper = try folder.write(
            "docker-credential-swiftlet-test",
            "#!/bin/sh\nread -r host\n[ \"$1 $host\" = \"get \(registry.address)\" ] || exit 1\necho '{\"Username\":\"user\",\"Secret\":\"secret\"}'\n"
        )
        #expect(chmod(helper, 0o755) == 0)
        let search = getenv("PATH").map { String(cString: $0) } ?? ""
        setenv("PATH", "\(search):\(folder.path)", 1)
        defer { setenv("PATH", search, 1) }
        try folder.write("auth.json", #"{"credHelpers":{"\#(registry.address)":"swiftlet-test"}}"#)
        let user = FakeRegistry.client { $0.registries = .none; $0.credentialFiles = [folder("auth.json")] }
        #expect(try await user.pushBlob(blob, .bytes([1]), to: reference) == .uploaded)
        try await user.checkAccess(to: registry.address)
        await #expect(throws: RegistryError.self) { try await nobody.checkAccess(to: registry.address) }
        withExtendedLifetime(registry) {}
    }
}
