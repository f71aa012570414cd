/// A header block of 512 bytes (POSIX ustar; GNU and star where they differ).
struct TarHeader {
    static let size = 512

    var name: [UInt8]
    var mode: Int64
    var userID: Int64
    var groupID: Int64
    var size: Int64
    var modified: Int64
    var type: UInt8
    var linkName: [UInt8]
    var deviceMajor: Int64
    var deviceMinor: Int64
    /// The map of an old GNU sparse file.
    var oldSparse: OldSparse?

    struct OldSparse {
        var segments: [TarEntry.Segment]
        var isExtended: Bool
        var realSize: Int64
    }

    private enum Dialect {
        case v7, ustar, gnu, star
    }

    init(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
        precondition(block.count == Self.size)
        try Self.check(block)
        let dialect: Dialect =
            if block[257..<265].elementsEqual("ustar  \0".utf8) {
                .gnu
            } else if !block[257..<262].elementsEqual("ustar".utf8) {
                .v7
            } else if block[508..<512].elementsEqual("tar\0".utf8) {
                .star
            } else {
                .ustar
            }
        name = Self.text(block, 0, 100)
        mode = try Self.number(block, 100, 8, "mode")
        userID = try Self.number(block, 108, 8, "uid")
        groupID = try Self.number(block, 116, 8, "gid")
        size = try Self.number(block, 124, 12, "size")
        modified = try Self.number(block, 136, 12, "mtime")
        type = block[156]
        linkName = Self.text(block, 157, 100)
        deviceMajor = 0
        deviceMinor = 0
        guard dialect != .v7 else { return }
        if type == UInt8(ascii: "3") || type == UInt8(ascii: "4") {
            deviceMajor = try Self.number(block, 329, 8, "device major")
            deviceMinor = try Self.number(block, 337, 8, "device minor")
        }
        switch dialect {
        case .v7: break
        case .ustar, .star:
            let prefix = Self.text(block, 345, dialect == .star ? 131 : 155)
            if !prefix.isEmpty { name = prefix + [UInt8(ascii: "/")] + name }
        case .gnu:
            if type == UInt8(ascii: "S") {
                oldSparse = OldSparse(
                    segments: try Self.segments(block, at: 386, count: 4),
                    isExtended: block[482] != 0,
                    realSize: try Self.number(block, 483, 12, "real size")
                )
            }
        }
        guard size >= 0 else { throw ArchiveError(.badHeader("negative size"), entry: text) }
    }

    private var text: String { String(decoding: name, as: UTF8.self) }

    /// The segments of a GNU sparse map: pairs of offset and length, twelve bytes each, up to an empty one.
    static func segments(
        _ block: UnsafeRawBufferPointer,
        at start: Int,
        count: Int
    ) throws(ArchiveError) -> [TarEntry.Segment] {
        var segments: [TarEntry.Segment] = []
        for index in 0..<count {
            let position = start + index * 24
            if block[position] == 0 && block[position + 12] == 0 { break }
            segments.append(
                TarEntry.Segment(
                    offset: try number(block, position, 12, "sparse offset"),
                    length: try number(block, position + 12, 12, "sparse length")
                )
            )
        }
        return segments
    }

    /// The checksum is the sum of all bytes with its own field as blanks; ancient tars summed signed bytes.
    private static func check(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
        var unsigned = 0
        var signed = 0
        for index in 0..<size {
            let byte = (148..<156).contains(index) ? UInt8(ascii: " ") : block[index]
            unsigned += Int(byte)
            signed += Int(Int8(bitPattern: byte))
        }
        let stored = try number(block, 148, 8, "checksum")
        guard stored == unsigned || stored == signed else { throw ArchiveError(.badHeader("wrong checksum")) }
    }

    private static func text(_ block: UnsafeRawBufferPointer, _ start: Int, _ length: Int) -> [UInt8] {
        Array(block[start..<(start + length)].prefix { $0 != 0 })
    }

    /// Octal digits between blanks and zeros, or GNU's base-256: a big-endian two's complement behind a set high bit.
    static func number(
        _ block: UnsafeRawBufferPointer,
        _ start: Int,
        _ length: Int,
        _ field: String
    ) throws(ArchiveError) -> Int64 {
        let bytes = UnsafeRawBufferPointer(rebasing: block[start..<(start + length)])
        if bytes[0] & 0x80 != 0 {
            // Bit 6 of the first byte is the sign; seven bits remain in it.
            var value: Int64 = bytes[0] & 0x40 != 0 ? -1 : 0
            for (index, byte) in bytes.enumerated() {
                let part = index == 0 ? Int64(byte & 0x3F) | (value < 0 ? ~0x3F : 0) : Int64(byte)
                guard index == 0 || (value >> 55 == 0 || value >> 55 == -1) else {
                    throw ArchiveError(.badHeader("\(field) is too large"))
                }
                value = index == 0 ? part : value << 8 | part
            }
            return value
        }
        var value: Int64 = 0
        var index = 0
        while index < length, bytes[index] == UInt8(ascii: " ") { index += 1 }
        while index < length, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(bytes[index]) {
            // Twelve digits at most: no overflow.
            value = value << 3 | Int64(bytes[index] & 7)
            index += 1
        }
        while index < length {
            guard bytes[index] == 0 || bytes[index] == UInt8(ascii: " ") else {
                throw ArchiveError(.badHeader("\(field) is no number"))
            }
            index += 1
        }
        return value
    }
}
