import Glibc
import JSONCoding
import Linux
import OCISpec
import Registry
import Signatures
import TestSupport
import Testing

/// Against Debian's docker-registry, skopeo and gpg.
@Suite("Signed images", .needsPrivateHost, .timeLimit(.minutes(3)))
struct SignedImageTests {
    private let world: SigningWorld

    init() throws { world = try SigningWorld() }

    private func sign(_ name: String, _ key: String = "key", as identity: String? = nil, digest: Digest? = nil) async throws {
        let reference = try world.reference(name)
        let signed: Digest
        if let digest { signed = digest } else { signed = try await world.digest(name) }
        try await world.signer().sign(signed, in: reference, as: identity ?? reference.description, with: try world.key(key))
    }

    @Test("sigstore: signed by us is let in, and skopeo lets it in; unsigned, with another key, of another name is not")
    func sigstore() async throws {
        let unsigned = try await world.refusal("app:1", world.sigstore())
        #expect(unsigned?.contains("no sigstore signature") == true)
        try await sign("app:1", "other")
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("none of the policy's keys") == true)
        try await sign("app:1", as: "\(world.registry.address)/app:2")
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("another name") == true)
        #expect(try await world.refusal("app:1", world.sigstore("key", #","signedIdentity":{"type":"matchRepository"}"#)) == nil)
        try await sign("app:1")
        #expect(try await world.refusal("app:1", world.sigstore()) == nil)
        #expect(try await world.refusal("app@\(try await world.digest("app:1"))", world.sigstore()) == nil)
        // Debian's skopeo checks no sigstore signatures; it takes them along, and what it writes again is good here.
        let arguments = ["--insecure-policy", "--registries.d", world.folder("registries.d"), "copy", "--src-tls-verify=false"]
        let places = ["docker://\(world.registry.address)/app:1", "docker://\(world.registry.address)/moved:1"]
        try Command(["skopeo"] + arguments + ["--dest-tls-verify=false"] + places).run().checked()
        #expect(try await world.refusal("moved:1", world.sigstore())?.contains("another name") == true)
        let app = #","signedIdentity":{"type":"exactReference","dockerReference":"\#(world.registry.address)/app:1"}"#
        #expect(try await world.refusal("moved:1", world.sigstore("key", app)) == nil)
        // As skopeo has it: without the word of registries.d, nobody looks.
        try world.places("use-sigstore-attachments: false")
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("use-sigstore-attachments") == true)
    }

    @Test("an image that took the tag of a signed one is refused, and a signature that was moved to it as well")
    func tampered() async throws {
        try await sign("app:1")
        let old = try await world.digest("app:1")
        try world.makeImage("app:new")
        let new = try world.makeImage("app:1")
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("no sigstore signature") == true)
        // The old one's signatures under the new one's tag.
        let client = world.client
        let name = "\(world.registry.address)/app:sha256-"
        let document = try await client.fetchDocument(try ImageReference("\(name)\(old.hex).sig"))
        _ = try await client.pushManifest(document.bytes, document.descriptor.mediaType, to: try ImageReference("\(name)\(new.hex).sig"))
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("another image") == true)
    }

    @Test("what the policy rejects is not asked for; the nearer scope holds; a policy that cannot be read lets nothing in")
    func policies() async throws {
        let host = world.registry.address
        let nearer = #"{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"\#(host)/app":[{"type":"reject"}],"\#(host)":[{"type":"insecureAcceptAnything"}]}}}"#
        #expect(try await world.refusal("app:1", nearer)?.contains("docker:\(host)/app") == true)
        #expect(try await world.refusal("app:1", nearer.replacing("\(host)/app\"", with: "\(host)/appendix\"")) == nil)
        for garbage in ["", "{", "null", #"{"default":[{"type":"insecureAcceptAnything"}],"x":1}"#] {
            #expect(try await world.refusal("app:1", garbage)?.contains("cannot be used") == true)
        }
        var named = ImageAdmission(policy: world.folder("none.json"))
        #expect(throws: SignatureRefusal.self) { try named.terms(for: try world.reference("app:1")) }
        named.mayBeAbsent = true
        #expect(try named.terms(for: try world.reference("app:1")).requirements == [.acceptAnything])
        // A folder is there and is no policy.
        named.policy = world.folder.path
        #expect(throws: SignatureRefusal.self) { try named.terms(for: try world.reference("app:1")) }
        // Unusable keys and files about places.
        try world.folder.write("bad.pub", "garbage")
        #expect(try await world.refusal("app:1", world.sigstore("bad")) != nil)
        #expect(try await world.refusal("app:1", world.sigstore("none")) != nil)
        try world.places("lookasid: x")
        #expect(try await world.refusal("app:1", world.sigstore())?.contains("unknown key") == true)
    }

    @Test("GPG: what skopeo signed is let in here, and what we signed there; garbage and other keys are refused")
    func simple() async throws {
        let fingerprint = try world.makeGPGKey("team")
        _ = try world.makeGPGKey("stranger")
        defer { #expect(throws: Never.self) { try world.endAgent() } }
        #expect(try await world.refusal("app:1", world.signedBy("team"))?.contains("no GPG signature") == true)
        let digest = try await world.digest("app:1")
        let place = world.folder("lookaside/app@sha256=\(digest.hex)")
        try FileSystem.makeDirectories(place)
        let manifest = try world.folder.write("manifest.json", "")
        try FileSystem.write(manifest, try await world.client.fetchDocument(try world.reference("app:1")).bytes)
        let home = ["env", "GNUPGHOME=\(world.folder("gnupg"))"]
        let name = "\(world.registry.address)/app:1"
        try Command(home + ["skopeo", "standalone-sign", manifest, name, fingerprint, "-o", "\(place)/signature-1"]).run().checked()
        #expect(try await world.refusal("app:1", world.signedBy("team")) == nil)
        #expect(try await world.refusal("app:1", world.signedBy("stranger"))?.contains("none of the policy's keys") == true)
        let good = try FileSystem.read("\(place)/signature-1")
        // Another name, another image, cut, garbage, a text that nobody signed.
        try Command(home + ["skopeo", "standalone-sign", manifest, "\(world.registry.address)/app:9", fingerprint, "-o", "\(place)/signature-1"]).run().checked()
        #expect(try await world.refusal("app:1", world.signedBy("team"))?.contains("another name") == true)
        try FileSystem.write(manifest, Array("{}".utf8))
        try Command(home + ["skopeo", "standalone-sign", manifest, name, fingerprint, "-o", "\(place)/signature-1"]).run().checked()
        #expect(try await world.refusal("app:1", world.signedBy("team"))?.contains("another image") == true)
        let claim = SignatureClaim(digest: digest, reference: name).payload(.simple, creator: "x", seconds: 1)
        let plain = try world.folder.write("plain", String(decoding: claim, as: UTF8.self))
        try world.gpg("--output", world.folder("stored"), "--store", plain)
        let stored = try FileSystem.read(world.folder("stored"))
        let bad = [Array(good.dropLast(9)), Array("garbage".utf8), [], stored, claim, stored + good]
        for (index, bytes) in bad.enumerated() {
            try FileSystem.write("\(place)/signature-1", bytes)
            #expect(try await world.refusal("app:1", world.signedBy("team")) != nil, "\(index)")
        }
        // gpg ends with the first message: what stands behind it is neither looked at nor taken for the text.
        let keys = SignaturePolicy.KeyMaterial.files([world.folder("team.asc")])
        let alone = try GPGProgram().claim(of: good, keys: keys)
        #expect(try GPGProgram().claim(of: good + stored, keys: keys) == alone && alone != claim)
        // Ours: skopeo takes it.
        try FileSystem.write("\(place)/signature-1", try Self.signed(world, claim, fingerprint))
        let policy = try world.folder.write("theirs.json", world.signedBy("team"))
        let arguments = ["--policy", policy, "--registries.d", world.folder("registries.d"), "copy", "--src-tls-verify=false"]
        try Command(["skopeo"] + arguments + ["docker://\(name)", "dir:\(world.folder("got"))"]).run().checked()
    }

    @Test("a gpg that hangs is killed when its time is up; one that says nothing good makes no signature good")
    func hangingGPG() throws {
        let folder = try TemporaryDirectory()
        let keys = SignaturePolicy.KeyMaterial.data([[1]])
        try folder.write("gpg", "#!/bin/sh\necho $$ > \(folder("pid"))\nexec sleep 1000\n")
        chmod(folder("gpg"), 0o755)
        let hanging = try GPGProgram(folders: [folder.path], timeLimit: .seconds(1))
        #expect { try hanging.claim(of: [], keys: keys) } throws: { "\($0)".contains("in time") }
        let pid = try #require(pid_t(FileSystem.readText(folder("pid")).trimmingPrefix(" ").prefix { $0.isNumber }))
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
        try folder.write("gpg", "#!/bin/sh\nexit 0\n")
        #expect { try hanging.claim(of: [], keys: keys) } throws: { "\($0)".contains("no public key") }
        #expect(throws: GPGProgram.Failure.self) { try GPGProgram(folders: [folder("none")]) }
    }

    @Test("gpg signs with a passphrase that comes through a pipe, and not with a wrong one")
    func passphrase() throws {
        let folder = try TemporaryDirectory()
        mkdir(folder("home"), 0o700)
        @discardableResult
        func gpg(_ arguments: String...) throws -> Command.Outcome {
            try Command(["env", "GNUPGHOME=\(folder("home"))", "gpg", "--batch", "--pinentry-mode", "loopback"] + arguments).run().checked()
        }
        defer { _ = try? Command("env", "GNUPGHOME=\(folder("home"))", "gpgconf", "--kill", "all").run() }
        try gpg("--passphrase", "a b", "--quick-generate-key", "team@example.com", "rsa2048", "sign", "never")
        try gpg("--armor", "--output", folder("team.asc"), "--export", "team@example.com")
        // The agent remembers what it has once been told.
        try Command("env", "GNUPGHOME=\(folder("home"))", "gpgconf", "--kill", "all").run().checked()
        let environment = ["GNUPGHOME=\(folder("home"))", "PATH=/usr/bin:/bin"]
        let program = try GPGProgram()
        #expect(throws: GPGProgram.Failure.self) {
            try program.sign([1], key: "team@example.com", passphrase: "wrong", environment: environment)
        }
        let message = try program.sign(Array("text".utf8), key: "team@example.com", passphrase: "a b", environment: environment)
        #expect(try program.claim(of: message, keys: .files([folder("team.asc")])) == Array("text".utf8))
    }

    private static func signed(_ world: SigningWorld, _ claim: [UInt8], _ fingerprint: String) throws -> [UInt8] {
        let file = try world.folder.write("claim", String(decoding: claim, as: UTF8.self))
        try world.gpg("--passphrase", "", "--local-user", fingerprint, "--output", world.folder("signed"), "--sign", file)
        return try FileSystem.read(world.folder("signed"))
    }

    @Test("keys: PKCS #8, encrypted or not; other curves and cosign's own form are refused with a word")
    func keys() throws {
        let key = try world.key()
        let text = Array("text".utf8)
        var signature = try key.sign(text)
        #expect(try SigstoreKey.publicKey(key.publicPEM).verifies(signature, over: text))
        #expect(try !SigstoreKey.publicKey(try FileSystem.read(world.folder("other.pub"))).verifies(signature, over: text))
        #expect(!key.verifies(signature, over: text + [0]) && !key.verifies([], over: text))
        signature[signature.count - 1] ^= 1
        #expect(!key.verifies(signature, over: text))
        try Command("openssl", "pkcs8", "-topk8", "-in", world.folder("key.pem"), "-passout", "pass:abc", "-out", world.folder("e.pem")).run().checked()
        let encrypted = try FileSystem.read(world.folder("e.pem"))
        #expect(try SigstoreKey.privateKey(encrypted, passphrase: "abc").publicPEM == key.publicPEM)
        #expect(throws: SigstoreKey.Unusable.self) { try SigstoreKey.privateKey(encrypted) }
        #expect(throws: SigstoreKey.Unusable.self) { try SigstoreKey.privateKey(Array("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----".utf8)) }
        try Command("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", world.folder("p384.pem")).run().checked()
        #expect(throws: SigstoreKey.Unusable.self) { try SigstoreKey.privateKey(try FileSystem.read(world.folder("p384.pem"))) }
    }
}
