import Archive
import Glibc
import Linux
import TestSupport
import Testing

@Suite("Hostile layers", .needsPrivateHost)
struct HostileLayerTests {
    /// Unpacks an archive, and expects that it is refused for `reason` and nothing outside is touched.
    private func expectRefusal(
        _ reason: ArchiveError.Reason,
        limits: ExtractionLimits = ExtractionLimits(),
        sourceLocation: SourceLocation = #_sourceLocation,
        _ build: (inout TarBuilder, TemporaryDirectory) -> Void
    ) throws {
        let extraction = try Extraction()
        do {
            try extraction.unpack(limits: limits) { build(&$0, extraction.folder) }
            Issue.record("the layer was accepted", sourceLocation: sourceLocation)
        } catch let error as ArchiveError {
            #expect(error.reason == reason, "\(error)", sourceLocation: sourceLocation)
        }
        #expect(try extraction.outsideIsUntouched, sourceLocation: sourceLocation)
    }

    @Test(
        "names that climb out",
        arguments: ["../outside/evil", "a/../../outside/evil", "./../outside/evil", "/../x", ".."]
    )
    func climbing(name: String) throws {
        try expectRefusal(.leavesRoot) { tar, _ in tar.add(name, "evil") }
        try expectRefusal(.leavesRoot) { tar, _ in tar.folder(name) }
        try expectRefusal(.leavesRoot) { tar, _ in tar.symlink(name, to: "x") }
    }

    @Test("absolute names stay inside, and so do dots that do not climb")
    func absolute() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.add("/etc/file", "inside")
            tar.add("//a/b/../c", "inside")
        }
        #expect(try FileSystem.readText("\(extraction.layer)/etc/file") == "inside")
        #expect(try FileSystem.readText("\(extraction.layer)/a/c") == "inside")
    }

    @Test("a file through an absolute symlink is refused when that leads nowhere inside")
    func absoluteSymlink() throws {
        try expectRefusal(.badParent) { tar, folder in
            tar.symlink("out", to: folder("outside"))
            tar.add("out/evil", "evil")
        }
        try expectRefusal(.badParent) { tar, _ in
            tar.symlink("out", to: "../outside")
            tar.add("out/evil", "evil")
        }
        // A chain of them, swapped in between.
        try expectRefusal(.badParent) { tar, folder in
            tar.folder("a/")
            tar.add("a/first", "fine")
            tar.symlink("b", to: folder("outside"))
            tar.symlink("a", to: "b")
            tar.add("a/evil", "evil")
        }
    }

    @Test("a symlink that leads somewhere inside is followed there, from the layer's root")
    func containedSymlink() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.folder("usr/lib/")
            tar.symlink("lib", to: "/usr/lib")
            tar.add("lib/x", "1")
            tar.symlink("up", to: "../../../usr")
            tar.add("up/y", "2")
        }
        #expect(try FileSystem.readText("\(extraction.layer)/usr/lib/x") == "1")
        #expect(try FileSystem.readText("\(extraction.layer)/usr/y") == "2")
    }

    @Test("a symlink as the last component is replaced, never written through")
    func lastComponent() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.symlink("file", to: extraction.folder("outside/secret"))
            tar.add("file", "evil")
            tar.symlink("folder", to: extraction.folder("outside"))
            tar.folder("folder/", mode: 0o777)
        }
        #expect(try extraction.outsideIsUntouched)
        #expect(try FileSystem.status(extraction.folder("outside")).permissions == 0o755)
    }

    @Test("hard links out of the layer")
    func hardLinks() throws {
        try expectRefusal(.leavesRoot) { tar, _ in tar.hardLink("link", to: "../outside/secret") }
        let extraction = try Extraction()
        let secret = String(extraction.folder("outside/secret").dropFirst())
        #expect(throws: ArchiveError(.missingLinkTarget(secret), entry: "link")) {
            try extraction.unpack { $0.hardLink("link", to: "/\(secret)") }
        }
        try expectRefusal(.missingLinkTarget("out/secret")) { tar, folder in
            tar.symlink("out", to: folder("outside"))
            tar.hardLink("link", to: "out/secret")
        }
        try expectRefusal(.missingLinkTarget("gone")) { tar, _ in tar.hardLink("link", to: "gone") }
        try expectRefusal(.badLinkTarget("folder")) { tar, _ in
            tar.folder("folder/")
            tar.hardLink("link", to: "folder")
        }
    }

    @Test("a hard link to a symlink links the symlink; what is written to the name later does not go through it")
    func hardLinkToSymlink() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.symlink("link", to: extraction.folder("outside/secret"))
            tar.hardLink("alias", to: "link")
            tar.add("alias", "evil")
        }
        #expect(try extraction.outsideIsUntouched)
        #expect(try FileSystem.linkStatus("\(extraction.layer)/link").kind == .symbolicLink)
    }

    @Test(
        "whiteouts of what is not below the layer",
        arguments: ["../.wh.outside", ".wh...", ".wh..", ".wh.", "a/.wh..."]
    )
    func whiteouts(name: String) throws {
        let isClimbing = name.hasPrefix("..")
        try expectRefusal(isClimbing ? .leavesRoot : .badName("a whiteout of nothing or of a parent")) { tar, _ in
            tar.add(name)
        }
    }

    @Test("attributes that steer overlayfs or the host's policy are left out")
    func attributes() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.pax([
                ("SCHILY.xattr.trusted.overlay.redirect", Array("/../..".utf8)),
                ("SCHILY.xattr.trusted.overlay.opaque", Array("y".utf8)),
                ("SCHILY.xattr.user.overlay.redirect", Array("/x".utf8)),
                ("SCHILY.xattr.security.selinux", Array("x".utf8)), ("SCHILY.xattr.user.fine", [7]),
            ])
            tar.folder("a/")
        }
        #expect(extraction.attribute("a", "trusted.overlay.redirect") == nil)
        #expect(extraction.attribute("a", "trusted.overlay.opaque") == nil)
        #expect(extraction.attribute("a", "user.overlay.redirect") == nil)
        #expect(extraction.attribute("a", "user.fine") == [7])
    }

    @Test("names that no file can have")
    func names() throws {
        try expectRefusal(.badName("a part is longer than 255 bytes")) { tar, _ in
            tar.pax([("path", Array(repeating: UInt8(ascii: "a"), count: 256))])
            tar.add("x")
        }
        try expectRefusal(.badName("longer than 4096 bytes")) { tar, _ in
            tar.pax([("path", Array(Array(repeating: "abcdefg", count: 600).joined(separator: "/").utf8))])
            tar.add("x")
        }
        try expectRefusal(.badName("a zero byte")) { tar, _ in
            tar.pax([("path", Array("a\0b".utf8))])
            tar.add("x")
        }
        try expectRefusal(.badName("a zero byte")) { tar, _ in
            tar.pax([("linkpath", Array("a\0b".utf8))])
            tar.add("x") { $0.type = "2" }
        }
        try expectRefusal(.badName("the root is a folder")) { tar, _ in tar.add("./") { $0.type = "1" } }
    }

    @Test("bombs: zeros by the gigabyte, a file larger than all, too many entries")
    func bombs() throws {
        let zeros = try Command(
            ["sh", "-c", "head -c 300M /dev/zero | gzip -9"],
            deadline: .seconds(120)
        ).run().checked().output
        let extraction = try Extraction()
        var limits = ExtractionLimits()
        limits.ratioFrom = 16 << 20
        var tar = TarBuilder()
        tar.add("zeros") { $0.size = 300 << 20 }
        let head = try Command(["gzip"], input: tar.bytes).run().checked().output
        #expect {
            try extraction.unpack(head + zeros, limits: limits)
        } throws: { error in
            if case .limitExceeded = (error as? ArchiveError)?.reason { true } else { false }
        }
        limits = ExtractionLimits()
        limits.archiveBytes = 100 << 20
        #expect(throws: ArchiveError(.limitExceeded("more than 104857600 bytes uncompressed"), entry: "zeros")) {
            try extraction.unpack(head + zeros, limits: limits)
        }
        try expectRefusal(
            .limitExceeded("a file of 8589934591 bytes"),
            limits: {
                var limits = ExtractionLimits()
                limits.fileBytes = 1 << 30
                return limits
            }()
        ) { tar, _ in tar.add("huge") { $0.size = 0o77777777777 } }
        // A size that lies: the archive ends first.
        try expectRefusal(.truncated) { tar, _ in tar.add("huge") { $0.size = 0o77777777777 } }
    }

    @Test("sparse maps that lie")
    func sparse() throws {
        func map(_ text: String, _ size: Int) -> [(String, [UInt8])] {
            [("GNU.sparse.map", Array(text.utf8)), ("GNU.sparse.size", Array("\(size)".utf8))]
        }
        for (text, size) in [("0,4,2,4", 8), ("0,9", 8), ("-1,8", 8), ("4,8", 8), ("0,4", 8), ("0", 8)] {
            try expectRefusal(.badHeader("sparse map")) { tar, _ in
                tar.pax(map(text, size))
                tar.add("file", "12345678")
            }
        }
    }
}
