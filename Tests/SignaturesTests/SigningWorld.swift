import Glibc
import ImageStore
import JSONCoding
import Linux
import OCISpec
import Registry
import Signatures
import TestSupport
import Testing
import Transports

/// A registry with a signed image's ingredients: keys of both kinds, a policy, registries.d, a store.
struct SigningWorld {
    let folder: TemporaryDirectory
    let registry: LoopbackRegistry

    init() throws {
        folder = try TemporaryDirectory("sign")
        registry = try LoopbackRegistry(in: folder)
        for name in ["key", "other"] {
            try Command("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", folder("\(name).pem")).run().checked()
            try Command("openssl", "pkey", "-in", folder("\(name).pem"), "-pubout", "-out", folder("\(name).pub")).run().checked()
        }
        try FileSystem.makeDirectories(folder("registries.d"))
        try FileSystem.makeDirectories(folder("lookaside"))
        try places("use-sigstore-attachments: true")
        try makeImage("app:1")
    }

    func places(_ more: String) throws {
        try folder.write("registries.d/x.yaml", "docker:\n  \(registry.address):\n    lookaside: file://\(folder("lookaside"))\n    \(more)\n")
    }

    /// Pushes an image of its own to the registry.
    @discardableResult
    func makeImage(_ name: String) throws -> Digest {
        let layout = folder("layout-\(UInt32.random(in: 0 ... .max))")
        try FileSystem.makeDirectories("\(layout)/blobs/sha256")
        func put(_ bytes: [UInt8], _ type: MediaType) throws -> ContentDescriptor {
            let digest = Digest.sha256(of: bytes)
            try FileSystem.write("\(layout)/blobs/sha256/\(digest.hex)", bytes)
            return ContentDescriptor(mediaType: type, digest: digest, size: Int64(bytes.count))
        }
        var tar = TarBuilder()
        tar.add("who", "\(name) \(UInt64.random(in: 0 ... .max))")
        let diff = Digest.sha256(of: tar.archive)
        let layer = try put(try Command(["gzip", "-n"], input: tar.archive).run().checked().output, .ociLayerGzip)
        let configuration = ImageConfiguration(
            platform: .host, config: ImageConfiguration.Execution(), rootfs: ImageConfiguration.RootFileSystem(diffIDs: [diff]))
        let config = try put(try JSON.encode(configuration), .ociConfiguration)
        var entry = try put(try JSON.encode(ImageManifest(config: config, layers: [layer])), .ociManifest)
        entry.annotations = [ImageAnnotation.referenceName: "x"]
        try FileSystem.write("\(layout)/index.json", try JSON.encode(ImageIndex(manifests: [entry])))
        try FileSystem.write("\(layout)/oci-layout", try JSON.encode(ImageLayoutMarker()))
        try Command(
            "skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "oci:\(layout):x", "docker://\(registry.address)/\(name)"
        ).run().checked()
        return entry.digest
    }

    func reference(_ name: String) throws -> ImageReference { try ImageReference("\(registry.address)/\(name)") }

    var client: RegistryClient {
        var configuration = RegistryConfiguration()
        configuration.registries = .none
        configuration.credentialFiles = []
        return RegistryClient(configuration: configuration)
    }

    func signer() throws -> ImageSigner {
        let places = try SignaturePlaces.read(folder("registries.d"), builtIn: "file:///nowhere")
        return ImageSigner(SignatureReader(places: places, client: client), creator: "test")
    }

    func key(_ name: String = "key") throws -> SigstoreKey { try .privateKey(try FileSystem.read(folder("\(name).pem"))) }

    func digest(_ name: String) async throws -> Digest { try await client.fetchDocument(try reference(name)).descriptor.digest }

    /// A secret key of gpg in a home of the test's, its public half in a file; the fingerprint.
    func makeGPGKey(_ name: String) throws -> String {
        let home = folder("gnupg")
        if !FileSystem.exists(home) { try FileSystem.makeDirectories(home, mode: 0o700) }
        try gpg("--passphrase", "", "--quick-generate-key", "\(name)@example.com", "rsa2048", "sign", "never")
        try gpg("--armor", "--output", folder("\(name).asc"), "--export", "\(name)@example.com")
        let listed = try gpg("--with-colons", "--fingerprint", "\(name)@example.com").text
        let line = try #require(listed.split(separator: "\n").first { $0.hasPrefix("fpr:") })
        return String(try #require(line.split(separator: ":").last))
    }

    @discardableResult
    func gpg(_ arguments: String...) throws -> Command.Outcome {
        try Command(["env", "GNUPGHOME=\(folder("gnupg"))", "gpg", "--batch", "--yes", "--pinentry-mode", "loopback"] + arguments).run().checked()
    }

    /// Ends gpg's agent, which would outlive the test.
    func endAgent() throws {
        try Command("env", "GNUPGHOME=\(folder("gnupg"))", "gpgconf", "--kill", "all").run().checked()
    }

    /// Tries a pull under a policy; what refused it, or nil. Nothing of what was refused may be in the store.
    func refusal(_ name: String, _ policy: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> String? {
        let path = folder("policy-\(UInt32.random(in: 0 ... .max)).json")
        try FileSystem.write(path, Array(policy.utf8))
        let root = folder("store-\(UInt32.random(in: 0 ... .max))")
        var configuration = ImageStore.Configuration(imagesDirectory: "\(root)/images", layersDirectory: "\(root)/layers")
        configuration.registry.registries = .none
        configuration.registry.credentialFiles = []
        configuration.admission = ImageAdmission(policy: path, places: folder("registries.d"), lookaside: "file:///nowhere")
        let store = try await ImageStore.open(configuration)
        do {
            _ = try await store.pull("\(registry.address)/\(name)")
            return nil
        } catch let error as ImageError {
            #expect(error.kind == .signatureRefused, "\(error)", sourceLocation: sourceLocation)
            #expect(error.description.contains(path) && error.description.contains(name), sourceLocation: sourceLocation)
            #expect(try FileSystem.list("\(root)/images/blobs/sha256").isEmpty, "nothing is kept", sourceLocation: sourceLocation)
            #expect(try FileSystem.list("\(root)/layers").allSatisfy { $0.hasPrefix(".") }, sourceLocation: sourceLocation)
            return error.description
        }
    }

    func sigstore(_ key: String = "key", _ more: String = "") -> String {
        #"{"default":[{"type":"sigstoreSigned","keyPath":"\#(folder("\(key).pub"))"\#(more)}]}"#
    }

    func signedBy(_ key: String, _ more: String = "") -> String {
        #"{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"\#(folder("\(key).asc"))"\#(more)}]}"#
    }
}
