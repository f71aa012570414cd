import Archive
import Glibc
import Hashing
import Linux
import TestSupport
import Testing

@Suite("Extracting layers", .needsPrivateHost)
struct ExtractionTests {
    @Test("every kind of entry with its mode, owner, time and attributes")
    func everything() throws {
        let extraction = try Extraction()
        // VFS_CAP_REVISION_2 with cap_net_raw, effective.
        let capability: [UInt8] = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        try extraction.unpack { tar in
            tar.folder("./", mode: 0o755)
            tar.folder("bin/", mode: 0o750) { $0.user = 5 }
            tar.pax([("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.a", [1])])
            tar.add("bin/ping", "#!") { $0.mode = 0o4755 }
            tar.hardLink("bin/ping6", to: "bin/ping")
            tar.symlink("sh", to: "/bin/ping")
            tar.add("dev/null") { options in
                options.type = "3"
                options.mode = 0o666
                options.device = (1, 3)
            }
            tar.add("dev/disk") { options in
                options.type = "4"
                options.mode = 0o660
                options.group = 6
                options.device = (8, 1)
            }
            tar.add("run/fifo") { $0.type = "6" }
        }
        #expect(
            try extraction.listing() == [
                "b 660 0:6 1 dev/disk", "c 666 0:0 1 dev/null", "d 750 5:0 2 bin", "d 755 0:0 2 dev", "d 755 0:0 2 run",
                "f 4755 0:0 2 bin/ping", "f 4755 0:0 2 bin/ping6", "l 777 0:0 1 sh /bin/ping", "p 644 0:0 1 run/fifo",
            ]
        )
        #expect(extraction.attribute("bin/ping", "security.capability") == capability)
        #expect(extraction.attribute("bin/ping", "user.a") == [1])
        for path in ["bin", "bin/ping", "sh", "dev/null"] {
            #expect(
                try FileSystem.linkStatus("\(extraction.layer)/\(path)").modified.nanosecondsSinceEpoch
                    == 1_700_000_000_000_000_000
            )
        }
    }

    @Test("the hash is that of the uncompressed archive", arguments: ["cat", "gzip", "zstd", "pigz-like"])
    func hash(program: String) throws {
        var tar = TarBuilder()
        for index in 0..<50 { tar.add("file\(index)", String(repeating: "content \(index) ", count: 2000)) }
        var hash = StreamingHash()
        tar.archive.withUnsafeBytes { hash.update($0) }
        let wanted = hash.finalize()
        let half = tar.archive.count / 2
        let compressed: [UInt8] =
            if program == "pigz-like" {
                // Two members and padding.
                try Command(["gzip"], input: Array(tar.archive[..<half])).run().checked().output
                    + Command(["gzip"], input: Array(tar.archive[half...])).run().checked().output + [0, 0, 0]
            } else {
                try Command([program], input: tar.archive).run().checked().output
            }
        let unpacked = try Extraction().unpack(compressed)
        #expect(unpacked.hash == wanted)
        #expect(unpacked.archiveBytes == Int64(tar.archive.count))
    }

    @Test("damaged compression is an error", arguments: ["gzip", "zstd"])
    func damage(program: String) throws {
        var tar = TarBuilder()
        tar.add("file", String(repeating: "content", count: 20000))
        let compressed = try Command([program], input: tar.archive).run().checked().output
        #expect(throws: ArchiveError(.truncated)) { try Extraction().unpack(Array(compressed.dropLast(20))) }
        var flipped = compressed
        flipped[compressed.count - 6] ^= 0xFF
        #expect(throws: ArchiveError.self) { try Extraction().unpack(flipped) }
        #expect(throws: ArchiveError.self) { try Extraction().unpack(compressed + Array("garbage".utf8)) }
    }

    @Test("whiteouts become overlayfs's signs")
    func whiteouts() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.add("etc/.wh.passwd")
            tar.folder("opt/")
            tar.add("opt/.wh..wh..opq")
            tar.add("opt/new", "x")
            tar.add("var/.wh.cache")
            tar.folder("var/cache/")
            tar.folder("srv/data/")
            tar.add("srv/.wh.data")
            tar.add("srv/.wh.file")
            tar.add("srv/file", "kept")
            tar.add(".wh..wh.plnk")
        }
        #expect(
            try extraction.listing() == [
                "c 0 0:0 1 etc/passwd", "d 755 0:0 2 etc", "d 755 0:0 2 opt", "d 755 0:0 2 srv/data",
                "d 755 0:0 2 var/cache", "d 755 0:0 3 srv", "d 755 0:0 3 var", "f 644 0:0 1 opt/new",
                "f 644 0:0 1 srv/file",
            ]
        )
        for path in ["opt", "var/cache", "srv/data"] {
            #expect(extraction.attribute(path, "trusted.overlay.opaque") == Array("y".utf8))
        }
        #expect(extraction.attribute("etc", "trusted.overlay.opaque") == nil)
    }

    @Test("a later entry replaces an earlier one of another kind")
    func replacing() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.add("a", "file")
            tar.folder("a/")
            tar.add("a/b", "inner")
            tar.folder("c/")
            tar.add("c/d/e", "deep")
            tar.add("c", "file")
            tar.symlink("f", to: "a")
            tar.add("f", "no longer a link")
            tar.symlink("g", to: "a")
            tar.folder("g/")
            tar.add("h", "old")
            tar.add("h", "new")
        }
        #expect(
            try extraction.listing() == [
                "d 755 0:0 2 a", "d 755 0:0 2 g", "f 644 0:0 1 a/b", "f 644 0:0 1 c", "f 644 0:0 1 f", "f 644 0:0 1 h",
            ]
        )
        #expect(try FileSystem.readText("\(extraction.layer)/h") == "new")
    }

    @Test(
        "sparse files of GNU tar keep their holes",
        arguments: ["gnu", "pax --sparse-version=0.0", "pax --sparse-version=0.1", "pax --sparse-version=1.0"]
    )
    func sparse(format: String) throws {
        let folder = try TemporaryDirectory("sparse")
        let script = """
            cd \(folder.path); truncate -s 40M file
            for at in 0 3 9 17 31 39; do printf "data $at" | dd of=file bs=1M seek=$at conv=notrunc status=none; done
            tar --sparse --format=\(format) -cf out.tar file
            """
        try Command("sh", "-c", script).run().checked()
        let extraction = try Extraction()
        try extraction.unpack(try FileSystem.read(folder("out.tar")))
        try Command("cmp", folder("file"), "\(extraction.layer)/file").run().checked()
        let blocks = try Command("stat", "-c", "%b", "\(extraction.layer)/file").run().checked().text
        #expect((Int(blocks.dropLast()) ?? .max) < 2000)
    }

    @Test("names that are no UTF-8, and trees deeper than any path, come and go")
    func oddNames() throws {
        let extraction = try Extraction()
        try extraction.unpack { tar in
            tar.add([0xFF, 0xFE, 0x2F, 0x80], [1])
            // Each link shortens the way for the next piece. (The kernel follows 40, or 20 when it has to walk twice.)
            let piece = Array(repeating: "d", count: 600).joined(separator: "/")
            tar.pax([("path", Array("\(piece)/".utf8))])
            tar.folder("x/")
            tar.pax([("linkpath", Array(piece.utf8))])
            tar.symlink("s0", to: "x")
            for level in 1...10 {
                tar.pax([("path", Array("s\(level - 1)/\(piece)/".utf8))])
                tar.folder("x/")
                tar.pax([("linkpath", Array("s\(level - 1)/\(piece)".utf8))])
                tar.symlink("s\(level)", to: "x")
            }
        }
        try FileSystem.removeTree(extraction.layer)
        #expect(!FileSystem.exists(extraction.layer))
    }
}
