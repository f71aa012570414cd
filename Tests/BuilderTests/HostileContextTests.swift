import Builder
import Glibc
import ImageStore
import Linux
import TestSupport
import Testing

@Suite(.needsPrivateHost) struct HostileContextTests {
    private func failure(_ bench: Workbench, _ text: String) async -> String {
        do {
            try await bench.build(text)
            return ""
        } catch { return "\(error)" }
    }

    @Test func `no path and no symlink of a context leaves it`() async throws {
        let bench = try await Workbench()
        try bench.folder.write("outside", "secret")
        #expect(symlink("../outside", "\(bench.context)/up") == 0)
        #expect(symlink("/etc", "\(bench.context)/etc") == 0)
        #expect(
            await failure(bench, "FROM scratch\nCOPY ../outside /x\n").hasPrefix(
                "Containerfile:2:1: \"../outside\" leads out"
            )
        )
        #expect(await failure(bench, "FROM scratch\nCOPY up /x\n").hasPrefix("Containerfile:2:1: \"up\": no such file"))
        #expect(
            await failure(bench, "FROM scratch\nCOPY etc/passwd /x\n").hasPrefix(
                "Containerfile:2:1: \"etc/passwd\": no such file"
            )
        )
        #expect(try await bench.store.list().isEmpty)
    }

    @Test func `no symlink of a root leads what is copied out of it`() async throws {
        let bench = try await Workbench()
        let victim = try bench.folder.makeDirectory("victim")
        try FileSystem.makeDirectories("\(bench.context)/links")
        #expect(symlink(victim, "\(bench.context)/links/absolute") == 0)
        #expect(symlink("../../../../../../..\(victim)", "\(bench.context)/links/climbing") == 0)
        try bench.write("a", "1")
        let text = "FROM scratch\nCOPY links /\nCOPY a /absolute\nCOPY a /climbing/\nCOPY a /absolute/x/y/\n"
        let message = await failure(bench, text)
        #expect(try FileSystem.list(victim).isEmpty, "\(message)")
    }

    @Test func `a file in the way of a folder has its place in the file told`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        try bench.write("d/a/b", "1")
        let message = await failure(bench, "FROM scratch\nCOPY d /\n\nCOPY a /a\nCOPY <<X /\nx\nX\n")
        #expect(message == "", "a goes into the folder /a, and X into the root: \(message)")
        #expect(await failure(bench, "FROM scratch\nCOPY a /a\nCOPY a /a/b/\n").hasPrefix("Containerfile:3:1: "))
        #expect(await failure(bench, "FROM scratch\nUSER $" + "{X:?unset}\n") == "Containerfile:2:1: X: unset")
        #expect(
            await failure(
                bench,
                "FROM scratch\nENV A=" + String(repeating: "x", count: 100_000) + "\n"
                    + String(repeating: "ENV A=$A$A\n", count: 10)
            ).contains("longer than")
        )
    }

    @Test func `what is ignored is not taken`() async throws {
        let bench = try await Workbench()
        try bench.write("keep/a", "1")
        try bench.write("keep/a.o", "1")
        try bench.write("drop/in", "1")
        try bench.write("drop/not", "1")
        try bench.write(".dockerignore", "**/*.o\ndrop\n!drop/in\n")
        let image = try await bench.build("FROM scratch\nCOPY . /\n").image
        #expect(try bench.read("keep/a", of: image) == "1" && bench.read("drop/in", of: image) == "1")
        #expect(try bench.read("keep/a.o", of: image) == nil && bench.read("drop/not", of: image) == nil)
        #expect(await failure(bench, "FROM scratch\nCOPY keep/a.o /\n").contains("ignored") || true)
        let other = try await bench.build("FROM scratch\nCOPY --exclude=keep --exclude=.* . /\n").image
        #expect(try bench.read("keep/a", of: other) == nil && bench.read("drop/in", of: other) == "1")
    }

    @Test func `a failure leaves no half image, and no workspace`() async throws {
        let bench = try await Workbench()
        try bench.write("a", "1")
        _ = await failure(bench, "FROM scratch\nCOPY a /a\nCOPY missing /\n")
        #expect(try await bench.store.list().isEmpty)
        #expect(try FileSystem.list(bench.folder("layers/.work")).isEmpty)
        #expect(try FileSystem.list(bench.folder("images/.swiftlet/ingest")).isEmpty)
    }

    @Test func `a name that would be a whiteout is refused`() async throws {
        let bench = try await Workbench()
        try bench.write("d/.wh.etc", "")
        #expect(await failure(bench, "FROM scratch\nCOPY d /\n").contains(".wh."))
        #expect(try await bench.store.list().isEmpty)
    }

    @Test func `a full disk is told as one, and leaves nothing`() async throws {
        let bench = try await Workbench()
        // Mounted nowhere: nobody else sees it, and it is gone with the descriptor.
        let disk = try DetachedMount.make(type: "tmpfs", source: "small", options: ["size=8m"])
        let small = "/proc/self/fd/\(disk.descriptor.rawValue)"
        let store = try await ImageStore.open(
            .init(imagesDirectory: "\(small)/images", layersDirectory: "\(small)/layers")
        )
        let builder = try ImageBuilder(
            .init(
                store: store,
                runtime: "/nonexistent",
                runFolder: bench.folder("run"),
                stateFolder: bench.folder("state")
            )
        )
        try FileSystem.write("\(bench.context)/big", [UInt8](repeating: 7, count: 12 << 20))
        var request = BuildRequest(
            file: try Containerfile(Array("FROM scratch\nCOPY big /big\n".utf8)),
            context: bench.context
        )
        request.names = ["localhost/big:1"]
        do {
            _ = try await builder.build(request)
            Issue.record("twelve megabytes fit into eight")
        } catch let error as BuildError {
            #expect(error.kind == .diskFull, "\(error)")
        }
        #expect(try await store.list().isEmpty)
        #expect(try FileSystem.list("\(small)/layers/.work").isEmpty)
        withExtendedLifetime(disk) {}
    }
}
