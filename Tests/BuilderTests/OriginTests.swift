import Builder
import Glibc
import Hashing
import ImageStore
import Linux
import OCISpec
import TestSupport
import Testing

/// What a build takes from elsewhere: URLs, archives that a program unpacks, images of registries.
@Suite(.needsPrivateHost) struct OriginTests {
    @Test func `ADD fetches a URL, and its checksum must be right`() async throws {
        let bench = try await Workbench()
        let server = try ScriptedServer { request in
            request.path == "/dir/file.txt?x=1"
                ? .init(200, ["Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"], body: Array("fetched".utf8))
                : .init(404)
        }
        let url = "http://\(server.address)/dir/file.txt?x=1"
        let image = try await bench.build("FROM scratch\nADD \(url) /in/\nADD --chmod=755 \(url) /named\n").image
        #expect(try bench.read("in/file.txt", of: image) == "fetched" && bench.read("named", of: image) == "fetched")
        let status = try bench.status("in/file.txt", of: image)
        #expect(status.st_mode & 0o7777 == 0o600 && status.st_mtim.tv_sec == 784_111_777)
        #expect(try bench.status("named", of: image).st_mode & 0o7777 == 0o755)
        let right = Digest.sha256(of: "fetched".utf8)
        try await bench.build("FROM scratch\nADD --checksum=\(right) \(url) /in/\n")
        let wrong = Digest.sha256(of: "other".utf8)
        let error = await #expect(throws: BuildError.self) {
            try await bench.build("FROM scratch\nADD --checksum=\(wrong) \(url) /in/\n")
        }
        #expect(
            error?.description.hasPrefix("Containerfile:2:1: ") ?? false && error?.message.contains("\(right)") ?? false
        )
        let missing = await #expect(throws: BuildError.self) {
            try await bench.build("FROM scratch\nADD http://\(server.address)/none /\n")
        }
        #expect(missing?.kind == .notFound && missing?.place == "Containerfile:2:1")
        #expect(try FileSystem.list(bench.folder("images/.swiftlet/ingest")).isEmpty)
    }

    @Test(arguments: ["xz", "bzip2"]) func `ADD unpacks what Debian's programs read`(program: String) async throws {
        let bench = try await Workbench()
        try bench.write("tree/a", "1")
        try Command("tar", "-C", bench.context, "-cf", "\(bench.context)/x.tar", "tree").run().checked()
        try Command(program, "\(bench.context)/x.tar").run().checked()
        let name = try #require(try FileSystem.list(bench.context).first { $0.hasPrefix("x.tar.") })
        let image = try await bench.build("FROM scratch\nADD \(name) /in\n").image
        #expect(try bench.read("in/tree/a", of: image) == "1")
    }

    @Test func `a base comes from its registry`() async throws {
        let first = try await Workbench()
        try first.write("a", "1")
        try await first.build("FROM scratch\nCOPY a /a\nENV BASE=yes\n") { $0.names = ["localhost/base:1"] }
        let registry = try LoopbackRegistry(in: first.folder)
        _ = try Command(
            "skopeo",
            "copy",
            "-q",
            "--dest-tls-verify=false",
            "oci:\(first.folder("images")):localhost/base:1",
            "docker://\(registry.address)/base:1"
        ).run().checked()
        let bench = try await Workbench()
        bench.store.allowPlainText(hosts: [registry.address])
        let never = await #expect(throws: BuildError.self) {
            try await bench.build("FROM \(registry.address)/base:1\n") { $0.behaviour.pulling = .never }
        }
        #expect(never?.kind == .notFound)
        try bench.write("b", "2")
        let image = try await bench.build("FROM \(registry.address)/base:1\nCOPY b /b\n").image
        #expect(try bench.read("a", of: image) == "1" && bench.read("b", of: image) == "2")
        #expect(image.configuration.config?.environment?.contains("BASE=yes") ?? false)
        #expect(image.chainIDs.count == 2)
    }
}
