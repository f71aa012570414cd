import JSONCoding
import OCISpec
import Registry
import Synchronization
import TestSupport
import Testing

@Suite("Registries, well-behaved and not", .timeLimit(.minutes(1)))
struct RegistryClientTests {
    @Test("name to manifest, configuration and layer")
    func pull() async throws {
        let registry = try FakeRegistry()
        let image = try await registry.resolve()
        #expect(image.manifest == registry.manifest)
        #expect(image.sourceDigest == .sha256(of: registry.manifestBytes))
        let blob = CollectingBlob()
        try await registry.fetchLayer(into: blob)
        #expect(blob.bytes == FakeRegistry.layer)
        let accept = registry.server.requests.first?.headers["accept"] ?? ""
        for type in MediaType.manifests { #expect(accept.contains(type.rawValue)) }
    }

    @Test("what is not there is not found, in the registry's words")
    func missing() async throws {
        let registry = try FakeRegistry()
        let reference = try ImageReference("\(registry.server.address)/other:v9")
        do {
            _ = try await FakeRegistry.client().resolve(reference, for: .host)
            Issue.record("nothing was thrown")
        } catch let error as RegistryError {
            #expect("\(error)" == "\(reference): not found (manifest unknown)")
        }
        #expect(registry.server.requests.count == 1)
    }

    @Test("failures that pass are tried again; those that stay end after a few tries")
    func retries() async throws {
        let left = Mutex(2)
        let passing = try FakeRegistry { _, _ in
            left.withLock { left in
                left -= 1
                return left >= 0 ? .init(503, ["Retry-After": "0"]) : nil
            }
        }
        _ = try await passing.resolve()
        let staying = try FakeRegistry { _, _ in .init(500) }
        await expect("serverError") { try await staying.resolve() }
        #expect(staying.server.requests.count == 4)
        let limited = try FakeRegistry { _, _ in .init(429) }
        await expect("rateLimited") { try await limited.resolve() }
    }

    @Test("a blob that breaks off goes on where it stopped")
    func resuming() async throws {
        let half = FakeRegistry.layer.count / 2
        let registry = try FakeRegistry { _, request in
            guard request.path.contains("/blobs/") else { return nil }
            guard let range = request.headers["range"] else {
                return .init(200, body: Array(FakeRegistry.layer[..<half]), announced: FakeRegistry.layer.count)
            }
            let start = Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
            let end = FakeRegistry.layer.count
            return .init(
                206,
                ["Content-Range": "bytes \(start)-\(end - 1)/\(end)"],
                body: Array(FakeRegistry.layer[start...])
            )
        }
        let blob = CollectingBlob()
        try await registry.fetchLayer(into: blob)
        #expect(blob.bytes == FakeRegistry.layer)
        #expect(registry.server.requests.map { $0.headers["range"] } == [nil, "bytes=\(half)-"])
    }

    @Test("a server without ranges sends it all again; no byte comes twice")
    func withoutRanges() async throws {
        let first = Mutex(true)
        let registry = try FakeRegistry { _, _ in
            let isFirst = first.withLock { first in
                defer { first = false }
                return first
            }
            return isFirst ? .init(200, body: [UInt8](FakeRegistry.layer[..<99_999]), announced: 200_000) : nil
        }
        let blob = CollectingBlob()
        try await registry.fetchLayer(into: blob)
        #expect(blob.bytes == FakeRegistry.layer)
    }

    @Test("a blob with another content, too short, or too long")
    func wrongBlobs() async throws {
        let wrong = try FakeRegistry { _, _ in .init(200, body: [UInt8](repeating: 0, count: FakeRegistry.layer.count))
        }
        await expect("digestMismatch") { try await wrong.fetchLayer(into: CollectingBlob()) }
        #expect(wrong.server.requests.count == 1)
        let short = try FakeRegistry { _, request in
            request.headers["range"] == nil ? .init(200, body: Array(FakeRegistry.layer[..<1000])) : .init(206)
        }
        await expect("unexpectedStatus") { try await short.fetchLayer(into: CollectingBlob()) }
        let truncated = try FakeRegistry { _, _ in .init(200, body: Array(FakeRegistry.layer[..<1000])) }
        await expect("sizeMismatch") { try await truncated.fetchLayer(into: CollectingBlob()) }
        let long = try FakeRegistry { _, _ in .init(200, body: FakeRegistry.layer + [0]) }
        await expect("sizeMismatch") { try await long.fetchLayer(into: CollectingBlob()) }
    }

    @Test("a tag whose bytes are not what the header says; a configuration of another image")
    func wrongDocuments() async throws {
        let lying = try FakeRegistry { registry, request in
            request.path.hasSuffix("/v1")
                ? .init(
                    200,
                    ["Docker-Content-Digest": Digest.sha256(of: [1]).description],
                    body: registry.manifestBytes
                )
                : nil
        }
        await expect("digestMismatch") { try await lying.resolve() }
        let other = try FakeRegistry { registry, request in
            request.path.hasSuffix(registry.manifest.config.digest.hex)
                ? .init(200, body: Array(registry.configurationBytes.reversed())) : nil
        }
        await expect("digestMismatch") { try await other.resolve() }
        await expect("invalidConfiguration") { try await FakeRegistry(diffIDs: 2).resolve() }
        await expect("noMatchingPlatform") { try await FakeRegistry(platform: Platform(architecture: "vax")).resolve() }
    }

    @Test("documents that are none, of two kinds at once, of a foreign kind, or far too large")
    func badManifests() async throws {
        func answering(_ body: String, _ type: MediaType = .ociManifest) throws -> FakeRegistry {
            try FakeRegistry { _, _ in .init(200, ["Content-Type": type.rawValue], body: Array(body.utf8)) }
        }
        await expect("invalidManifest") { try await answering("<html>").resolve() }
        await expect("invalidManifest") { try await answering("{}", "text/html").resolve() }
        await expect("invalidManifest") {
            try await answering(#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, .ociIndex).resolve()
        }
        let own = MediaType.ociIndex.rawValue
        await expect("invalidManifest") {
            try await answering(#"{"schemaVersion":2,"mediaType":"\#(own)","manifests":[]}"#).resolve()
        }
        let chart = try FakeRegistry { registry, _ in
            let text = String(decoding: registry.manifestBytes, as: UTF8.self)
                .replacing(MediaType.ociConfiguration.rawValue, with: "application/vnd.cncf.helm.config.v1+json")
            return .init(200, ["Content-Type": MediaType.ociManifest.rawValue], body: Array(text.utf8))
        }
        await expect("invalidManifest") { try await chart.resolve() }
        let huge = try FakeRegistry { _, _ in .init(200, body: [], announced: 100 << 20, neverEnds: true) }
        await expect("tooLarge") { try await huge.resolve() }
    }

    @Test("an index that points at itself: no index has its own digest, and it is asked for twice at most")
    func selfIndex() async throws {
        let registry = try FakeRegistry { registry, _ in
            let own = Digest.sha256(of: [1, 2, 3])
            let text = #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.ociIndex.rawValue)","digest":"\#(own)","size":SIZE}]}"#
            // Of the size that it says.
            let size = text.utf8.count - 4 + 3
            return .init(200, ["Content-Type": MediaType.ociIndex.rawValue], body: Array(text.replacing("SIZE", with: "\(size)").utf8))
        }
        await expect("digestMismatch") { try await registry.resolve() }
        #expect(registry.server.requests.count == 2)
    }

    @Test("digests of an algorithm that there is none of, or of another length, and negative sizes", arguments: [
        ("sha256:", "md5:"), ("sha256:", "sha512:"), ("sha256:", "sha256:00"), (#""size":"#, #""size":-"#),
    ])
    func wrongAlgorithms(from: String, to: String) async throws {
        let registry = try FakeRegistry { registry, request in
            guard request.path.contains("/manifests/") else { return nil }
            let text = String(decoding: registry.manifestBytes, as: UTF8.self).replacing(from, with: to)
            return .init(200, ["Content-Type": MediaType.ociManifest.rawValue], body: Array(text.utf8))
        }
        await expect("invalidManifest") { try await registry.resolve() }
        #expect(registry.server.requests.count == 1)
    }

    @Test("indexes of indexes come to an end")
    func nestedIndexes() async throws {
        // Each level is an index of the one before; the deepest would be the image.
        let documents = Mutex<[String: [UInt8]]>([:])
        let registry = try FakeRegistry { _, request in
            guard let body = documents.withLock({ $0[request.path] }) else { return nil }
            return .init(200, ["Content-Type": MediaType.ociIndex.rawValue], body: body)
        }
        var entry = ContentDescriptor(
            mediaType: .ociManifest,
            digest: .sha256(of: registry.manifestBytes),
            size: Int64(registry.manifestBytes.count)
        )
        for _ in 0..<6 {
            let bytes = try JSON.encode(ImageIndex(manifests: [entry]))
            entry = ContentDescriptor(mediaType: .ociIndex, digest: .sha256(of: bytes), size: Int64(bytes.count))
            let digest = entry.digest
            documents.withLock { documents in
                documents["/v2/app/manifests/\(digest)"] = bytes
                documents["/v2/app/manifests/v1"] = bytes
            }
        }
        await expect("noMatchingPlatform") { try await registry.resolve() }
    }

    @Test("a host that is neither loopback nor marked is spoken to in https only")
    func schemes() async throws {
        let client = FakeRegistry.client()
        // Port 1 of loopback by another name: nothing answers there, and the error tells what was tried.
        await expect("unreachable") { try await client.resolve(try ImageReference("127.0.0.1:1/app"), for: .host) }
        let registry = try FakeRegistry()
        _ = try await registry.resolve()
        #expect(registry.server.requests.isEmpty == false)
    }
}
