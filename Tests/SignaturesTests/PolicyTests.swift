import OCISpec
import Signatures
import Testing

@Suite("Policies about signatures")
struct PolicyTests {
    private func read(_ text: String) throws -> SignaturePolicy { try SignaturePolicy(Array(text.utf8)) }

    @Test("the nearest scope holds, and the others do not", arguments: [
        ("a.lan:5000/team/app:1", "docker:a.lan:5000/team/app:1"), ("a.lan:5000/team/app:2", "docker:a.lan:5000/team/app"),
        ("a.lan:5000/team/other:1", "docker:a.lan:5000/team"), ("a.lan:5000/x:1", "docker:a.lan:5000"), ("a.lan/x:1", "docker:*.lan"),
        ("a.lan:5001/team/app:1", "docker:*.lan"), ("busybox", "docker:docker.io/library/busybox"), ("b.example/x", "docker:"),
        ("a.lan:5000/teamwork/app:1", "docker:a.lan:5000"),
    ])
    func scopes(name: String, scope: String) throws {
        let reject = #"[{"type":"reject"}]"#
        let names = ["", "*.lan", "a.lan:5000", "a.lan:5000/team", "a.lan:5000/team/app", "a.lan:5000/team/app:1", "docker.io/library/busybox"]
        let policy = try read(#"{"default":\#(reject),"transports":{"docker":{\#(names.map { "\"\($0)\":\(reject)" }.joined(separator: ","))}}}"#)
        #expect(policy.terms(transport: "docker", scopes: try ImageReference(name).scopes).scope == scope)
        #expect(policy.terms(transport: "dir", scopes: ["/x"]).scope == "default")
    }

    @Test("whatever is not understood refuses the whole file, with its place", arguments: [
        ("", "line 1"), ("{", "line 1"), ("[]", "wants an object"), ("{}", "default: missing"), (#"{"default":[]}"#, "requirement"),
        (#"{"default":[{"type":"reject"}],"other":1}"#, "1:32: the unknown key"), (#"{"default":[{"type":"maybe"}]}"#, "unknown type"),
        (#"{"default":[{"type":"reject","keyPath":"x"}]}"#, "unknown key"), (#"{"default":[{"type":"reject"}],"default":[]}"#, "twice"),
        (#"{"default":[{"type":"reject"}],"transports":{"docker":{"a":[]}}}"#, "transports.docker"),
        (#"{"default":[{"type":"sigstoreSigned"}]}"#, "exactly one"),
        (#"{"default":[{"type":"sigstoreSigned","keyPath":"a","keyData":"YQ=="}]}"#, "exactly one"),
        (#"{"default":[{"type":"sigstoreSigned","fulcio":{}}]}"#, "unknown key"),
        (#"{"default":[{"type":"sigstoreSigned","keyData":"!"}]}"#, "no base64"),
        (#"{"default":[{"type":"sigstoreSigned","keyPaths":[]}]}"#, "wants texts"),
        (#"{"default":[{"type":"signedBy","keyType":"X509","keyPath":"a"}]}"#, "GPGKeys"),
        (#"{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"x"}}]}"#, "unknown type"),
        (#"{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"exactReference","dockerReference":"a"}}]}"#, "tag"),
        (#"{"default":[{"type":"sigstoreSigned","keyPath":"a","signedIdentity":{"type":"remapIdentity","prefix":"a.b/c:1","signedPrefix":"a"}}]}"#, "neither"),
    ])
    func malformed(text: String, part: String) {
        let error = #expect(throws: PolicyProblem.self) { try read(text) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    private static let digest = "sha256:" + String(repeating: "a", count: 64)

    @Test("names in signatures", arguments: [
        (SignedIdentity.matchExact, "a.b/c:1", "a.b/c:1", true), (.matchExact, "a.b/c:1", "a.b/c:2", false), (.matchExact, "a.b/c:1", "a.b/c", false),
        (.matchExact, "a.b/c:latest", "a.b/c", false),
        (.matchExact, "a.b/c@" + digest, "a.b/c:1", false), (.matchRepoDigestOrExact, "a.b/c:1", "a.b/c:1", true),
        (.matchRepoDigestOrExact, "a.b/c:1", "a.b/c:2", false), (.matchRepoDigestOrExact, "a.b/c:latest", "a.b/c", false),
        (.matchRepoDigestOrExact, "a.b/c@" + digest, "a.b/c:1", true), (.matchRepoDigestOrExact, "a.b/c@" + digest, "a.b/d:1", false),
        (.matchRepository, "a.b/c:1", "a.b/c:2", true), (.matchRepository, "a.b/c:1", "a.b/c", true), (.matchRepository, "a.b/c:1", "a.b/cc:1", false),
        (.exactReference(SignedName("x.y/z:3")!), "a.b/c:1", "x.y/z:3", true), (.exactReference(SignedName("x.y/z:3")!), "a.b/c:1", "x.y/z", false),
        (.exactRepository(SignedName("x.y/z")!), "a.b/c:1", "x.y/z:9", true), (.exactRepository(SignedName("x.y/z")!), "a.b/c:1", "a.b/c:1", false),
        (.remapIdentity(prefix: "a.b", signedPrefix: "x.y/m"), "a.b/c:1", "x.y/m/c:1", true),
        (.remapIdentity(prefix: "a.b", signedPrefix: "x.y/m"), "a.b/c:1", "a.b/c:1", false),
        (.remapIdentity(prefix: "a.b", signedPrefix: "x.y/m"), "a.b:5/c:1", "a.b:5/c:1", true),
        (.remapIdentity(prefix: "a.b/c", signedPrefix: "x.y/m"), "a.b/c:1", "x.y/m:1", true),
        (.remapIdentity(prefix: "a.b/c", signedPrefix: "x.y/m"), "a.b/cc:1", "a.b/cc:1", true),
    ])
    func identities(rule: SignedIdentity, intended: String, signed: String, isAccepted: Bool) throws {
        #expect(rule.accepts(try #require(SignedName(signed)), for: try ImageReference(intended)) == isAccepted)
    }

    @Test("a claim with anything critical that is missing, unknown or of another kind is none", arguments: [
        #""critical":{"type":"T","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"},"more":1},"optional":{}"#,
        #""critical":{"type":"T","image":{"docker-manifest-digest":"D","x":1},"identity":{"docker-reference":"a"}},"optional":{}"#,
        #""critical":{"type":"T","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"}},"optional":{},"x":1"#,
        #""critical":{"type":"other","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"}},"optional":{}"#,
        #""critical":{"type":"T","image":{"docker-manifest-digest":1},"identity":{"docker-reference":"a"}},"optional":{}"#,
        #""critical":{"type":"T","image":{"docker-manifest-digest":"D"},"identity":{}},"optional":{}"#,
        #""critical":{"type":"T","type":"T","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"}},"optional":{}"#,
        #""critical":{"type":"T","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"}}"#,
    ])
    func claims(text: String) {
        func bytes(_ text: String) -> [UInt8] {
            Array("{\(text)}".replacing("\"T\"", with: "\"\(SignatureClaim.Kind.sigstore.rawValue)\"").replacing("\"D\"", with: "\"\(Self.digest)\"").utf8)
        }
        #expect(SignatureClaim(bytes(text), .sigstore) == nil)
        let good = #""critical":{"type":"T","image":{"docker-manifest-digest":"D"},"identity":{"docker-reference":"a"}},"optional":null"#
        #expect(SignatureClaim(bytes(good), .sigstore)?.reference == "a" && SignatureClaim(bytes(good), .simple) == nil)
    }

    @Test("registries.d: the nearest section and nothing of the others; conflicts are errors")
    func places() throws {
        var places = try SignaturePlaces.read("/nowhere", builtIn: "file:///b/")
        let (digest, app) = (try Digest(Self.digest), try ImageReference("a.lan/t/app:1"))
        #expect(places.signature(1, of: digest, in: app) == "file:///b/t/app@sha256=\(digest.hex)/signature-1")
        try places.add(Array("docker:\n  a.lan: {use-sigstore-attachments: true, sigstore: 'https://s.lan/x/'}\n  a.lan/u: {lookaside-staging: 'file:///w'}\n".utf8))
        #expect(places.usesAttachments(of: app) && places.signature(2, of: digest, in: app) == "https://s.lan/x/t/app@sha256=\(digest.hex)/signature-2")
        let other = try ImageReference("a.lan/u/app:1")
        #expect(!places.usesAttachments(of: other) && places.signature(1, of: digest, in: other) == nil)
        #expect(places.signature(1, of: digest, in: other, writing: true) == "file:///w/u/app@sha256=\(digest.hex)/signature-1")
        for text in ["docker: {a.lan: {}}", "docker: {b: {lookasid: x}}", "more: 1", "docker: {b: {use-sigstore-attachments: maybe}}", "{"] {
            #expect(throws: PolicyProblem.self, "\(text)") { try places.add(Array(text.utf8)) }
        }
    }
}
