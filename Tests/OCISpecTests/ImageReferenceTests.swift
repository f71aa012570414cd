import OCISpec
import Testing

@Suite("Image references")
struct ImageReferenceTests {
    private static let hash = String(repeating: "ab", count: 32)

    @Test(
        "short names are completed as docker does",
        arguments: [
            ("busybox", "docker.io/library/busybox:latest", "busybox:latest"),
            ("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36"),
            ("user/app", "docker.io/user/app:latest", "user/app:latest"),
            ("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest"),
            ("index.docker.io/a/b:c", "docker.io/a/b:c", "a/b:c"),
            ("localhost/app", "localhost/app:latest", "localhost/app:latest"),
            ("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest"),
            ("127.0.0.1:5000/a/b/c:v1", "127.0.0.1:5000/a/b/c:v1", "127.0.0.1:5000/a/b/c:v1"),
            ("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest"),
            ("quay.io/a-b/c_d.e__f---g", "quay.io/a-b/c_d.e__f---g:latest", "quay.io/a-b/c_d.e__f---g:latest"),
            ("HOST/app", "HOST/app:latest", "HOST/app:latest"),
        ]
    )
    func completion(text: String, full: String, familiar: String) throws {
        let reference = try ImageReference(text)
        #expect(reference.description == full)
        #expect(reference.familiarName == familiar)
        #expect(try ImageReference(reference.description) == reference)
    }

    @Test("a digest is kept, and no tag is made up beside it")
    func digest() throws {
        let reference = try ImageReference("busybox@sha256:\(Self.hash)")
        #expect(reference.tag == nil)
        #expect(reference.digest?.hex == Self.hash)
        #expect(reference.manifestName == "sha256:\(Self.hash)")
        let both = try ImageReference("r.example/app:v1@sha256:\(Self.hash)")
        #expect(both.tag == "v1")
        #expect(both.manifestName == "sha256:\(Self.hash)")
        #expect(both.description == "r.example/app:v1@sha256:\(Self.hash)")
    }

    @Test(
        "bad names are refused with the reason",
        arguments: [
            ("", ImageReferenceError.Reason.empty),
            ("https://quay.io/app", .scheme),
            ("BusyBox", .uppercase("BusyBox")),
            ("quay.io/App", .uppercase("App")),
            ("busybox:", .tag("")),
            ("busybox:-x", .tag("-x")),
            ("busybox:a b", .tag("a b")),
            ("quay.io/", .noRepository),
            ("quay.io/a//b", .pathComponent("")),
            ("quay.io/../b", .pathComponent("..")),
            ("a..b", .pathComponent("a..b")),
            ("a___b", .pathComponent("a___b")),
            ("a/b-", .pathComponent("b-")),
            ("/app", .pathComponent("")),
            ("quay.io:x/app", .registry("quay.io:x")),
            ("quay.io:70000/app", .registry("quay.io:70000")),
            ("-.x/app", .registry("-.x")),
            ("[zz]:1/app", .registry("[zz]:1")),
            (String(repeating: "a", count: 2000), .tooLong),
            (hash, .identifier),
        ]
    )
    func refusals(text: String, reason: ImageReferenceError.Reason) {
        #expect(throws: ImageReferenceError(text: text, reason: reason)) { try ImageReference(text) }
    }

    @Test("a bad digest is named")
    func badDigest() {
        #expect {
            try ImageReference("busybox@sha256:xyz")
        } throws: { error in
            (error as? ImageReferenceError)?.description.contains("is no digest") == true
        }
    }
}
