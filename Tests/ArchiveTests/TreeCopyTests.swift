import Archive
import Glibc
import Linux
import TestSupport
import Testing

/// Trees in use, packed and unpacked.
@Suite struct TreeCopyTests {
    private func pack(_ path: String, in root: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try TreeArchiver { bytes += Array($0) }.archive(path, in: try Descriptor.open(root, O_RDONLY | O_DIRECTORY))
        return bytes
    }

    private func unpack(_ bytes: [UInt8], at path: String, in root: String, followsLinks: Bool = true) throws {
        var isRead = false
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
        defer { copy.deallocate() }
        copy.copyBytes(from: bytes)
        let input = ArchiveInput {
            defer { isRead = true }
            return isRead ? nil : UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(copy)[..<bytes.count])
        }
        let folder = try Descriptor.open(root, O_RDONLY | O_DIRECTORY)
        try TreeUnpacker(root: folder, path: path, followsLinks: followsLinks).unpack(TarReader(input))
    }

    @Test func aTreeComesBackAsItWas() throws {
        let folder = try TemporaryDirectory()
        let long = String(repeating: "n", count: 120)
        try FileSystem.makeDirectories("\(folder.path)/a/tree/\(long)/\(long)")
        try FileSystem.write("\(folder.path)/a/tree/\(long)/\(long)/file", Array("deep".utf8), mode: 0o600)
        try FileSystem.write("\(folder.path)/a/tree/empty", [])
        try FileSystem.makeSymbolicLink(at: "\(folder.path)/a/tree/link", to: String(repeating: "/x", count: 90))
        _ = mkfifo("\(folder.path)/a/tree/fifo", 0o600)
        let bytes = try pack("/tree", in: "\(folder.path)/a")
        // tar(1) reads it.
        try FileSystem.write("\(folder.path)/archive.tar", bytes)
        let listing = try Command("tar", "tf", "\(folder.path)/archive.tar").run().checked().text
        #expect(listing == "tree/\ntree/empty\ntree/link\ntree/\(long)/\ntree/\(long)/\(long)/\ntree/\(long)/\(long)/file\n")
        try FileSystem.makeDirectories("\(folder.path)/b")
        try unpack(bytes, at: "/renamed", in: "\(folder.path)/b")
        #expect(try FileSystem.readText("\(folder.path)/b/renamed/\(long)/\(long)/file") == "deep")
        #expect(try pack("/renamed", in: "\(folder.path)/b").count == bytes.count)
        // Into the folder that is there now.
        try unpack(bytes, at: "/renamed", in: "\(folder.path)/b")
        #expect(FileSystem.exists("\(folder.path)/b/renamed/tree/empty"))
        #expect(throws: (any Error).self) { try unpack(bytes, at: "/no/such", in: "\(folder.path)/b") }
    }

    /// Links that the archive brings and links that are there end inside the root, or are not followed at all.
    @Test(arguments: [true, false]) func noLinkLeadsOut(followsLinks: Bool) throws {
        let folder = try TemporaryDirectory()
        for name in ["root", "outside", "root/outside"] { try FileSystem.makeDirectories("\(folder.path)/\(name)") }
        for target in ["\(folder.path)/outside", "../outside", "/outside", "../../../../../../outside"] {
            try FileSystem.makeDirectories("\(folder.path)/source")
            let script = """
                import io, sys, tarfile
                with tarfile.open(sys.argv[1], "w") as tar:
                    link = tarfile.TarInfo("top/link"); link.type = tarfile.SYMTYPE; link.linkname = sys.argv[2]
                    tar.addfile(link)
                    file = tarfile.TarInfo("top/link/caught"); file.size = 1
                    tar.addfile(file, io.BytesIO(b"x"))
                """
            let archive = "\(folder.path)/hostile.tar"
            try Command("/usr/bin/python3", "-c", script, archive, target).run().checked()
            let bytes = try FileSystem.read(archive)
            // It may be refused; it may not get out.
            let outcome = Result { try unpack(bytes, at: "/", in: "\(folder.path)/root", followsLinks: followsLinks) }
            #expect(try FileSystem.list("\(folder.path)/outside").isEmpty, "\(target)")
            if !followsLinks {
                #expect(throws: (any Error).self) { try outcome.get() }
                #expect(try FileSystem.list("\(folder.path)/root/outside").isEmpty)
            }
            _ = try? Command("rm", "-rf", "\(folder.path)/root/top", "\(folder.path)/root/outside/caught").run()
        }
    }

    @Test func namesThatClimbAndDevicesAreRefused() throws {
        let folder = try TemporaryDirectory()
        try FileSystem.makeDirectories("\(folder.path)/root")
        for (name, kind) in [("../caught", "REGTYPE"), ("device", "CHRTYPE"), ("block", "BLKTYPE")] {
            let script = """
                import sys, tarfile
                with tarfile.open(sys.argv[1], "w") as tar:
                    entry = tarfile.TarInfo(sys.argv[2]); entry.type = getattr(tarfile, sys.argv[3])
                    tar.addfile(entry)
                """
            try Command("/usr/bin/python3", "-c", script, "\(folder.path)/one.tar", name, kind).run().checked()
            let bytes = try FileSystem.read("\(folder.path)/one.tar")
            #expect(throws: ArchiveError.self) { try unpack(bytes, at: "/", in: "\(folder.path)/root") }
        }
        #expect(try FileSystem.list("\(folder.path)/root").isEmpty)
        #expect(!FileSystem.exists("\(folder.path)/caught"))
    }
}
