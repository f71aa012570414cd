import Glibc

/// Writes the entries of a tar archive: ustar, with pax records where that is too narrow (long names, large numbers, extended
/// attributes, sparse files). The same entries make the same bytes. Belongs to one thread.
public final class TarWriter {
    static let block = 512
    private let write: (UnsafeRawBufferPointer) throws -> Void

    /// - Parameter write: takes the archive's bytes, in order; may block.
    public init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.write = write }

    /// Writes an entry's headers. Its data follows by `data`, as many bytes as `entry.size` or its segments say, then `pad`.
    public func header(_ entry: TarEntry) throws {
        var records: [UInt8] = []
        var name = entry.name
        var stored = entry.kind == .file ? entry.size : 0
        var map: [UInt8] = []
        if let segments = entry.segments {
            // pax 1.0: the map is a text ahead of the data. The last, empty segment says where the file ends.
            let all = segments + [TarEntry.Segment(offset: entry.size, length: 0)]
            map = Array("\(all.count)\n".utf8) + all.flatMap { Array("\($0.offset)\n\($0.length)\n".utf8) }
            map += [UInt8](repeating: 0, count: (Self.block - map.count % Self.block) % Self.block)
            stored = Int64(map.count) + segments.reduce(0) { $0 + $1.length }
            records += Self.record("GNU.sparse.major", "1") + Self.record("GNU.sparse.minor", "0")
            records += Self.record("GNU.sparse.name", name) + Self.record("GNU.sparse.realsize", "\(entry.size)")
            name = Array("GNUSparseFile.0/".utf8) + (name.split(separator: UInt8(ascii: "/")).last ?? [])
        }
        if name.count > 100 { records += Self.record("path", name) }
        if entry.linkName.count > 100 { records += Self.record("linkpath", entry.linkName) }
        if stored >= 1 << 33 { records += Self.record("size", "\(stored)") }
        if entry.owner.user >= 1 << 21 { records += Self.record("uid", "\(entry.owner.user)") }
        if entry.owner.group >= 1 << 21 { records += Self.record("gid", "\(entry.owner.group)") }
        if !(0..<1 << 33).contains(entry.modified.seconds) {
            records += Self.record("mtime", "\(entry.modified.seconds)")
        }
        for attribute in entry.attributes { records += Self.record("SCHILY.xattr.\(attribute.name)", attribute.value) }
        if !records.isEmpty {
            var extended = entry
            extended.permissions = 0
            extended.owner = .init(user: 0, group: 0)
            extended.modified = .init(seconds: 0, nanoseconds: 0)
            extended.linkName = []
            try emit(Self.block(Array("PaxHeaders.0/pax".utf8), extended, type: "x", size: Int64(records.count)))
            try emit(records)
            try pad(Int64(records.count))
        }
        try emit(Self.block(name, entry, type: Self.type(entry.kind), size: stored))
        try emit(map)
    }

    /// A piece of the entry's data.
    public func data(_ bytes: UnsafeRawBufferPointer) throws { try write(bytes) }

    /// Fills the last block behind `count` bytes of data.
    public func pad(_ count: Int64) throws {
        let rest = Int(count % Int64(Self.block))
        if rest > 0 { try emit([UInt8](repeating: 0, count: Self.block - rest)) }
    }

    /// The two blocks of zeros at the end.
    public func finish() throws { try emit([UInt8](repeating: 0, count: 2 * Self.block)) }

    private func emit(_ bytes: [UInt8]) throws {
        if !bytes.isEmpty { try bytes.withUnsafeBytes(write) }
    }

    private static func type(_ kind: TarEntry.Kind) -> Character {
        switch kind {
        case .file: "0"
        case .hardLink: "1"
        case .symbolicLink: "2"
        case .characterDevice: "3"
        case .blockDevice: "4"
        case .directory: "5"
        case .fifo: "6"
        }
    }

    private static func record(_ name: String, _ value: String) -> [UInt8] { record(name, Array(value.utf8)) }

    /// `LENGTH NAME=VALUE\n`, where the length counts its own digits.
    private static func record(_ name: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(name)=".utf8) + value + [UInt8(ascii: "\n")]
        var length = rest.count
        while rest.count + "\(length)".utf8.count != length { length = rest.count + "\(length)".utf8.count }
        return Array("\(length)".utf8) + rest
    }

    private static func block(_ name: [UInt8], _ entry: TarEntry, type: Character, size: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.block)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int64, _ digits: Int, at offset: Int) {
            // What does not fit stands in a pax record.
            let text = String(max(0, value), radix: 8).suffix(digits)
            put(String(repeating: "0", count: digits - text.count).utf8, at: offset)
            put(text.utf8, at: offset + digits - text.count)
        }
        put(name.prefix(100), at: 0)
        octal(Int64(entry.permissions & 0o7777), 7, at: 100)
        octal(entry.owner.user < 1 << 21 ? Int64(entry.owner.user) : 0, 7, at: 108)
        octal(entry.owner.group < 1 << 21 ? Int64(entry.owner.group) : 0, 7, at: 116)
        octal(size < 1 << 33 ? size : 0, 11, at: 124)
        octal((0..<1 << 33).contains(entry.modified.seconds) ? entry.modified.seconds : 0, 11, at: 136)
        put([UInt8](repeating: UInt8(ascii: " "), count: 8), at: 148)
        put("\(type)".utf8, at: 156)
        put(entry.linkName.prefix(100), at: 157)
        put("ustar\u{0}00".utf8, at: 257)
        if type == "3" || type == "4" {
            octal(Int64(entry.device.major), 7, at: 329)
            octal(Int64(entry.device.minor), 7, at: 337)
        }
        octal(block.reduce(0) { $0 + Int64($1) }, 6, at: 148)
        block[154] = 0
        return block
    }
}
