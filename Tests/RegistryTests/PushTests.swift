import HTTPClient
import JSONCoding
import Linux
import OCISpec
import Registry
import Synchronization
import TestSupport
import Testing

/// Against Debian's docker-registry.
@Suite("Pushing to a real registry", .timeLimit(.minutes(2)))
struct PushTests {
    private let folder: TemporaryDirectory
    private let registry: LoopbackRegistry
    private let client = FakeRegistry.client { $0.registries = .none }

    init() throws {
        folder = try TemporaryDirectory("push")
        registry = try LoopbackRegistry(in: folder)
    }

    private func reference(_ name: String) throws -> ImageReference { try ImageReference("\(registry.address)/\(name)") }

    private func descriptor(_ bytes: [UInt8], _ type: MediaType = .ociLayer) -> ContentDescriptor {
        ContentDescriptor(mediaType: type, digest: .sha256(of: bytes), size: Int64(bytes.count))
    }

    /// Pushes an image of one layer and answers the manifest's digest.
    @discardableResult
    private func push(_ name: String, _ text: String = "layer", subject: ContentDescriptor? = nil) async throws -> Digest {
        let layer = Array(text.utf8)
        let configuration = try JSON.encode(
            ImageConfiguration(platform: .host, rootfs: ImageConfiguration.RootFileSystem(diffIDs: [.sha256(of: layer)]))
        )
        let target = try reference(name)
        try await client.pushBlob(descriptor(layer), .bytes(layer), to: target)
        try await client.pushBlob(descriptor(configuration), .bytes(configuration), to: target)
        var manifest = ImageManifest(config: descriptor(configuration, .ociConfiguration), layers: [descriptor(layer)])
        manifest.subject = subject
        if subject != nil { manifest.artifactType = "text/\(text)" }
        return try await client.pushManifest(try JSON.encode(manifest), .ociManifest, to: target)
    }

    @Test("a blob goes whole or in pieces, once; another repository of the registry need not be sent it")
    func blobs() async throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let file = folder("blob")
        try FileSystem.write(file, bytes)
        let blob = descriptor(bytes)
        #expect(try await client.pushBlob(blob, .file(file), to: try reference("a:1")) == .uploaded)
        #expect(try await client.pushBlob(blob, .file(file), to: try reference("a:1")) == .present)
        #expect(try await client.pushBlob(blob, .file("/nowhere"), to: try reference("b:1"), mounting: ["a"]) == .mounted)
        let sent = Mutex<[Int64]>([])
        let pieces = FakeRegistry.client { $0.registries = .none; $0.uploadPiece = 1_000_000 }
        let other = bytes + [1]
        #expect(
            try await pieces.pushBlob(descriptor(other), .bytes(other), to: try reference("a:1")) { count in
                sent.withLock { $0.append(count) }
            } == .uploaded
        )
        #expect(sent.withLock { $0 } == [1_000_000, 2_000_000, 3_000_000, 3_000_001, 3_000_001])
        for (blob, bytes, name) in [(blob, bytes, "b:1"), (descriptor(other), other, "a:1")] {
            let sink = CollectingBlob()
            try await client.fetchBlob(blob, of: try reference(name), into: sink)
            #expect(sink.bytes == bytes)
        }
    }

    @Test("bytes that are not the digest's are refused")
    func wrongDigest() async throws {
        let wrong = ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: [1]), size: 1)
        await #expect(throws: RegistryError.self) { try await client.pushBlob(wrong, .bytes([2]), to: try reference("a:1")) }
        #expect(try await !client.hasBlob(wrong.digest, in: try reference("a:1")))
    }

    @Test("what was pushed is what skopeo reads, and the client itself")
    func manifest() async throws {
        let digest = try await push("app:v1")
        let said = try Command("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", "docker://\(try reference("app:v1"))")
            .run().checked()
        #expect(said.text == "\(digest)\n")
        #expect(try await client.resolve(try reference("app:v1"), for: .host).descriptor.digest == digest)
        // By a digest that is not the bytes' nothing goes out.
        let other = try reference("app").pinned(to: .sha256(of: []))
        await #expect(throws: RegistryError.self) { try await client.pushManifest([1], .ociManifest, to: other) }
    }

    @Test("tags come page by page")
    func tags() async throws {
        for tag in 1...7 { try await push("app:v\(tag)", "layer \(tag)") }
        // The order is the registry's.
        #expect(try await client.tags(of: try reference("app"), page: 3).sorted() == (1...7).map { "v\($0)" })
        #expect(try await client.tags(of: try reference("app")).sorted() == (1...7).map { "v\($0)" })
        await #expect(throws: RegistryError.self) { try await client.tags(of: try reference("none")) }
    }

    @Test("referrers are found by the tag that stands in for the list")
    func referrers() async throws {
        let digest = try await push("app:v1")
        #expect(try await client.referrers(of: digest, in: try reference("app")).isEmpty)
        let subject = ContentDescriptor(mediaType: .ociManifest, digest: digest, size: 1)
        let first = try await push("app:sig", "one", subject: subject)
        let second = try await push("app:bom", "two", subject: subject)
        try await push("app:bom", "two", subject: subject)
        #expect(try await client.referrers(of: digest, in: try reference("app")).map(\.digest) == [first, second])
        let ones = try await client.referrers(of: digest, in: try reference("app"), artifactType: "text/one")
        #expect(ones.map(\.digest) == [first])
    }

    @Test("manifests and blobs can be deleted; tags alone this registry does not delete, and says so")
    func deletion() async throws {
        let digest = try await push("app:v1")
        do {
            try await client.deleteTag(try reference("app:v1"))
            Issue.record("docker-registry 2.8 has learned it")
        } catch let error as RegistryError {
            guard case .unsupported = error.reason else { throw error }
        }
        try await client.deleteManifest(digest, in: try reference("app"))
        await #expect(throws: RegistryError.self) { try await client.resolve(try reference("app:v1"), for: .host) }
        let blob = Array("layer".utf8)
        try await client.deleteBlob(.sha256(of: blob), in: try reference("app"))
        #expect(try await !client.hasBlob(.sha256(of: blob), in: try reference("app")))
    }
}

@Suite("Registries that misbehave while they are pushed to", .timeLimit(.minutes(1)))
struct MisbehavingPushTests {
    private let client = FakeRegistry.client { $0.registries = .none; $0.uploadPiece = 4 }
    private let bytes: [UInt8] = Array("0123456789".utf8)
    private var blob: ContentDescriptor { ContentDescriptor(mediaType: .ociLayer, digest: .sha256(of: bytes), size: 10) }

    @Test("a piece that breaks off goes on where the registry says that it is")
    func continuation() async throws {
        let failed = Mutex(false)
        let server = try ScriptedServer { request in
            switch request.method {
            case "HEAD": return .init(404)
            case "POST": return .init(202, ["Location": "/up?s=0"])
            case "PATCH":
                let isSecond = request.headers["content-range"] == "4-7"
                if isSecond, !failed.withLock({ let was = $0; $0 = true; return was }) { return .init(503) }
                return .init(202, ["Location": "/up?s=1"])
            // Of the second piece it has taken two bytes.
            case "GET": return .init(204, ["Location": "/up?s=2", "Range": "0-5"])
            default: return .init(201)
            }
        }
        try await client.pushBlob(blob, .bytes(bytes), to: try ImageReference("\(server.address)/a:1"))
        let patches = server.requests.filter { $0.method == "PATCH" }
        #expect(patches.map { $0.headers["content-range"] ?? "" } == ["0-3", "4-7", "6-9"])
        #expect(server.requests.last?.path == "/up?s=1&digest=\(blob.digest)")
    }

    @Test("an upload at another host is not shown the credentials")
    func foreignLocation() async throws {
        let other = try ScriptedServer { _ in .init(201, ["Location": "/x"]) }
        let server = try ScriptedServer { request in
            guard request.headers["authorization"] != nil else { return .init(401, ["WWW-Authenticate": "Basic realm=x"]) }
            return request.method == "HEAD" ? .init(404) : .init(202, ["Location": "http://localhost:\(other.port)/up"])
        }
        let client = FakeRegistry.client { $0.registries = .none }
            .authenticated(with: .password(Credentials(user: "u", password: "secret")))
        try await client.pushBlob(blob, .bytes(bytes), to: try ImageReference("\(server.address)/a:1"))
        #expect(other.requests.map(\.method) == ["PUT"])
        #expect(other.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test("a list of tags that goes round, or on at another host, comes to an end", arguments: ["/v2/a/tags/list", "http://localhost:1/v2/a/tags/list"])
    func endlessList(next: String) async throws {
        let server = try ScriptedServer { _ in
            .init(200, ["Link": "<\(next)>; rel=\"next\""], body: Array(#"{"tags":["x"]}"#.utf8))
        }
        do {
            _ = try await client.tags(of: try ImageReference("\(server.address)/a"))
            Issue.record("an endless list")
        } catch let error as RegistryError {
            guard case .badAnswer = error.reason else { throw error }
        }
        #expect(server.requests.count == 1)
    }

    @Test("an upload without a location, or at what is no URL, is an error", arguments: [nil, "ftp://x/"])
    func badLocation(location: String?) async throws {
        let server = try ScriptedServer { $0.method == "HEAD" ? .init(404) : .init(202, location.map { ["Location": $0] } ?? [:]) }
        await #expect(throws: RegistryError.self) {
            try await client.pushBlob(blob, .bytes(bytes), to: try ImageReference("\(server.address)/a:1"))
        }
    }

    @Test("warnings are told, and Retry-After may be a date")
    func headers() async throws {
        let server = try ScriptedServer { _ in .init(200, ["Warning": #"299 - "go \"away\"""#], body: Array(#"{"tags":[]}"#.utf8)) }
        let told = Mutex<[String]>([])
        let client = FakeRegistry.client { $0.registries = .none; $0.warn = { text in told.withLock { $0.append(text) } } }
        _ = try await client.tags(of: try ImageReference("\(server.address)/a"))
        #expect(told.withLock { $0 } == ["\(server.address)/a: go \"away\""])
        #expect(RegistryWarning.text("199 - \"x\"") == nil && RegistryWarning.text("299 - \"") == nil)
        #expect(RegistryClient.pause("7") == .seconds(7))
        #expect(RegistryClient.pause("Sun, 06 Nov 1994 08:49:37 GMT") == .zero)
        #expect(RegistryClient.pause("Fri, 31 Dec 2399 23:59:59 GMT") == .seconds(3600))
        #expect(RegistryClient.pause("soon") == nil)
    }
}
