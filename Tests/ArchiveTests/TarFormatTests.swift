import Archive
import Linux
import TestSupport
import Testing

@Suite("Tar formats")
struct TarFormatTests {
    private func entries(_ bytes: [UInt8], limits: ExtractionLimits = ExtractionLimits()) throws -> [TarEntry] {
        var entries: [TarEntry] = []
        try bytes.withUnsafeBytes { buffer in
            var position = 0
            // A byte at a time here and there, so that every border is crossed.
            let input = ArchiveInput {
                guard position < buffer.count else { return nil }
                let end = min(buffer.count, position + (position.isMultiple(of: 3) ? 1 : 513))
                defer { position = end }
                return UnsafeRawBufferPointer(rebasing: buffer[position..<end])
            }
            let reader = TarReader(input, limits: limits)
            while let entry = try reader.next() { entries.append(entry) }
        }
        return entries
    }

    /// A header of GNU tar 1.34 for an empty file `a`, mode 0640, uid 1000, gid 100, mtime 1.
    private static let golden: [UInt8] = {
        var block = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ start: Int) {
            for (index, byte) in text.utf8.enumerated() { block[start + index] = byte }
        }
        put("a", 0)
        put("0000640\0", 100)  // mode
        put("0001750\0", 108)  // uid
        put("0000144\0", 116)  // gid
        put("00000000000\0", 124)  // size
        put("00000000001\0", 136)  // mtime
        put("006126\0 ", 148)  // checksum
        put("0", 156)  // type
        put("ustar  \0", 257)  // GNU's magic
        return block
    }()

    @Test("a header byte for byte")
    func goldenHeader() throws {
        var block = Self.golden
        let sum = (0..<512).reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(block[$1])) }
        let digits = Array(String(sum, radix: 8).utf8)
        block.replaceSubrange(148..<154, with: Array(repeating: UInt8(ascii: "0"), count: 6 - digits.count) + digits)
        let entry = try #require(try entries(block).first)
        #expect(entry.kind == .file)
        #expect(entry.text == "a")
        #expect(entry.permissions == 0o640)
        #expect(entry.owner == TarEntry.Owner(user: 1000, group: 100))
        #expect(entry.modified == TarEntry.Time(seconds: 1, nanoseconds: 0))
    }

    @Test("every dialect that tar writes is read", arguments: ["v7", "ustar", "gnu", "oldgnu", "pax"])
    func dialects(format: String) throws {
        let folder = try TemporaryDirectory("tar")
        let long = String(repeating: "d", count: 60)
        let isLong = format != "v7"
        let path = isLong ? "\(long)/\(long)/file" : "\(long)/file"
        _ = try folder.makeDirectory(FileSystem.split("in/\(path)").directory)
        try folder.write("in/\(path)", "data")
        try FileSystem.makeSymbolicLink(at: folder("in/link"), to: isLong && format != "ustar" ? path : "x")
        try Command("tar", "--format=\(format)", "-C", folder("in"), "-cf", folder("out.tar"), ".").run().checked()
        let read = try entries(try FileSystem.read(folder("out.tar")))
        #expect(read.contains { $0.text == "./\(path)" && $0.kind == .file && $0.size == 4 })
        #expect(
            read.contains {
                $0.kind == .symbolicLink && ($0.linkName == Array(path.utf8) || format == "ustar" || !isLong)
            }
        )
        #expect(read.contains { $0.text == "./" && $0.kind == .directory })
    }

    @Test("pax records win over the header; fractions, negative times, names of any bytes")
    func pax() throws {
        var tar = TarBuilder()
        tar.pax([
            ("path", [0x66, 0xFF, 0x20, 0x0A]), ("uid", Array("3000000".utf8)), ("mtime", Array("-1.25".utf8)),
            ("SCHILY.xattr.user.note", [0, 10, 61]), ("comment", Array("ignored".utf8)),
        ])
        tar.add("short", "x")
        let entry = try #require(try entries(tar.archive).first)
        #expect(entry.name == [0x66, 0xFF, 0x20, 0x0A])
        #expect(entry.owner.user == 3_000_000)
        #expect(entry.modified == TarEntry.Time(seconds: -2, nanoseconds: 750_000_000))
        #expect(entry.attributes == [TarEntry.Attribute(name: "user.note", value: [0, 10, 61])])
    }

    @Test("base-256 numbers")
    func base256() throws {
        var tar = TarBuilder()
        tar.add("a")
        var block = Array(tar.bytes.prefix(512))
        block.replaceSubrange(108..<116, with: [0x80, 0, 0, 0, 0x80, 0, 0, 0])
        block.replaceSubrange(136..<148, with: Array(repeating: 0xFF, count: 11) + [0xFE])
        tar = TarBuilder()
        tar.addBlock(&block, [])
        let entry = try #require(try entries(tar.archive).first)
        #expect(entry.owner.user == 0x8000_0000)
        #expect(entry.modified.seconds == -2)
    }

    @Test("what is no tar is refused with what is wrong")
    func malformed() throws {
        func reason(_ bytes: [UInt8], _ limits: ExtractionLimits = ExtractionLimits()) -> ArchiveError.Reason? {
            do {
                _ = try entries(bytes, limits: limits)
                return nil
            } catch {
                return (error as? ArchiveError)?.reason
            }
        }
        var good = TarBuilder()
        good.add("a", "data")
        var flipped = good.archive
        flipped[0] ^= 1
        #expect(reason(flipped) == .badHeader("wrong checksum"))
        #expect(reason(Array(good.archive.prefix(700))) == .truncated)
        #expect(reason(Array(good.archive.prefix(100))) == .truncated)
        // Without the zeros at the end it is still whole.
        #expect(reason(good.bytes) == nil)
        // As umoci leaves it: right behind the data.
        #expect(reason(Array(good.archive.prefix(516))) == nil)
        #expect(reason(Array(good.archive.prefix(515))) == .truncated)

        var negative = Array(good.bytes.prefix(512))
        negative.replaceSubrange(124..<136, with: Array(repeating: 0xFF, count: 12))
        var tar = TarBuilder()
        tar.addBlock(&negative, [])
        #expect(reason(tar.archive) == .badHeader("negative size"))

        var huge = Array(good.bytes.prefix(512))
        huge.replaceSubrange(124..<136, with: [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        tar = TarBuilder()
        tar.addBlock(&huge, [])
        #expect(reason(tar.archive) == .badHeader("size is too large"))

        tar = TarBuilder()
        tar.add("a") { $0.type = "M" }
        #expect(reason(tar.archive) == .unsupportedType(UInt8(ascii: "M")))

        tar = TarBuilder()
        tar.add("x", "99 path=short\n") { $0.type = "x" }
        tar.add("a")
        #expect(reason(tar.archive) == .badHeader("malformed pax record"))

        tar = TarBuilder()
        tar.add("x") { options in
            options.type = "L"
            options.size = 1 << 30
        }
        #expect(reason(tar.archive) == .limitExceeded("an extended header of 1073741824 bytes"))

        var limits = ExtractionLimits()
        limits.entries = 1
        tar = TarBuilder()
        tar.add("a")
        tar.add("b")
        #expect(reason(tar.archive, limits) == .limitExceeded("more than 1 entries"))
    }
}
