/// Reads the entries of a tar archive, one after another.
public final class TarReader {
    private let input: ArchiveInput
    private let limits: ExtractionLimits
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: TarHeader.size, alignment: 16)
    /// What of the current entry's data was not read yet, and the padding behind it.
    private var dataLeft: Int64 = 0
    private var padding: Int64 = 0
    private var current: (size: Int64, segments: [TarEntry.Segment]?) = (0, nil)
    private var entries = 0

    public init(_ input: ArchiveInput, limits: ExtractionLimits = ExtractionLimits()) {
        self.input = input
        self.limits = limits
    }

    deinit {
        block.deallocate()
    }

    /// The next entry, or nil behind the last. Data of the entry before that was not read is passed over.
    public func next() throws -> TarEntry? {
        try input.skip(dataLeft)
        // umoci's `insert` ends archives right behind the last file's data.
        if padding > 0, try !input.isAtEnd() { try input.skip(padding) }
        (dataLeft, padding) = (0, 0)
        var extended: PaxRecords?
        var longName: [UInt8]?
        var longLink: [UInt8]?
        while let header = try readHeader() {
            switch header.type {
            case UInt8(ascii: "x"), UInt8(ascii: "X"):
                extended = try PaxRecords(try readExtension(header))
            case UInt8(ascii: "g"), UInt8(ascii: "V"):
                // Global records hold comments (git archive); neither docker nor containerd applies them.
                _ = try readExtension(header)
            case UInt8(ascii: "L"):
                longName = Array(try readExtension(header).prefix { $0 != 0 })
            case UInt8(ascii: "K"):
                longLink = Array(try readExtension(header).prefix { $0 != 0 })
            default:
                entries += 1
                guard entries <= limits.entries else {
                    throw ArchiveError(.limitExceeded("more than \(limits.entries) entries"))
                }
                var assembly = TarEntryAssembly(header: header, extended: extended)
                if let longName { assembly.name = longName }
                if let longLink { assembly.linkName = longLink }
                return try begin(assembly)
            }
        }
        guard extended == nil, longName == nil, longLink == nil else { throw ArchiveError(.truncated) }
        return nil
    }

    /// Passes the data of the current entry on in pieces, each with its place in the file.
    public func contents(_ body: (_ offset: Int64, _ bytes: UnsafeRawBufferPointer) throws -> Void) throws {
        for segment in current.segments ?? [TarEntry.Segment(offset: 0, length: dataLeft)] {
            var offset = segment.offset
            try input.forEach(segment.length) { bytes in
                try body(offset, bytes)
                offset += Int64(bytes.count)
                dataLeft -= Int64(bytes.count)
            }
        }
        current.segments = []
    }

    private func begin(_ assembly: TarEntryAssembly) throws -> TarEntry {
        var entry = try assembly.entry()
        let stored = entry.kind == .file ? assembly.storedSize : 0
        dataLeft = stored
        padding = Self.padding(stored)
        switch assembly.sparseFormat {
        case .none: break
        case .given(let segments): entry.segments = segments
        case .oldGNU(let first, let isExtended):
            entry.segments = isExtended ? first + (try readSparseExtensions(first.count)) : first
        case .inData: entry.segments = try readSparseMap(entry)
        }
        if let segments = entry.segments { try check(segments, of: entry) }
        guard entry.size >= 0, entry.size <= limits.fileBytes else {
            throw ArchiveError(.limitExceeded("a file of \(entry.size) bytes"), entry: entry.text)
        }
        current = (entry.size, entry.segments)
        return entry
    }

    /// The next header block, or nil at the end of the archive: two blocks of zeros, or no more bytes.
    private func readHeader() throws -> TarHeader? {
        guard try input.read(block) else { return nil }
        let bytes = UnsafeRawBufferPointer(block)
        if bytes.allSatisfy({ $0 == 0 }) {
            guard try input.read(block) else { return nil }
            guard bytes.allSatisfy({ $0 == 0 }) else { throw ArchiveError(.badHeader("a lone block of zeros")) }
            return nil
        }
        return try TarHeader(bytes)
    }

    private func readExtension(_ header: TarHeader) throws -> [UInt8] {
        guard header.size <= limits.headerBytes else {
            throw ArchiveError(.limitExceeded("an extended header of \(header.size) bytes"))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(header.size))
        try input.forEach(header.size) { bytes.append(contentsOf: $0) }
        try input.skip(Self.padding(header.size))
        return bytes
    }

    private static func padding(_ size: Int64) -> Int64 {
        (512 - size % 512) % 512
    }
}

extension TarReader {
    /// Old GNU: blocks of 21 segments each behind the header.
    private func readSparseExtensions(_ first: Int) throws -> [TarEntry.Segment] {
        var segments: [TarEntry.Segment] = []
        var more = true
        while more {
            guard try input.read(block) else { throw ArchiveError(.truncated) }
            let bytes = UnsafeRawBufferPointer(block)
            segments += try TarHeader.segments(bytes, at: 0, count: 21)
            more = bytes[504] != 0
            try checkCount(first + segments.count)
        }
        return segments
    }

    /// pax 1.0: decimal numbers, a line each, in front of the data: how many segments, then offset and length of each.
    private func readSparseMap(_ entry: TarEntry) throws -> [TarEntry.Segment] {
        var numbers: [Int64] = []
        var wanted = 1
        var digits: [UInt8] = []
        while numbers.count < wanted {
            guard dataLeft >= 512, try input.read(block) else {
                throw ArchiveError(.badHeader("sparse map is cut off"), entry: entry.text)
            }
            dataLeft -= 512
            for byte in block where numbers.count < wanted {
                if byte != UInt8(ascii: "\n") {
                    digits.append(byte)
                    guard digits.count < 20 else { throw ArchiveError(.badHeader("sparse map"), entry: entry.text) }
                    continue
                }
                guard let number = Int64(String(decoding: digits, as: UTF8.self)), number >= 0 else {
                    throw ArchiveError(.badHeader("sparse map"), entry: entry.text)
                }
                digits = []
                if numbers.isEmpty {
                    try checkCount(Int(clamping: number))
                    wanted = 1 + Int(number) * 2
                }
                numbers.append(number)
            }
        }
        return stride(from: 1, to: wanted, by: 2).map {
            TarEntry.Segment(offset: numbers[$0], length: numbers[$0 + 1])
        }
    }

    private func checkCount(_ segments: Int) throws {
        guard Int64(segments) * 16 <= limits.headerBytes else {
            throw ArchiveError(.limitExceeded("a sparse file of \(segments) pieces"))
        }
    }

    /// Segments are in order, do not overlap, lie within the file and hold all the data there is.
    private func check(_ segments: [TarEntry.Segment], of entry: TarEntry) throws {
        let malformed = ArchiveError(.badHeader("sparse map"), entry: entry.text)
        var end: Int64 = 0
        var stored: Int64 = 0
        for segment in segments {
            guard segment.offset >= end, segment.length >= 0, segment.length <= entry.size,
                segment.offset <= entry.size - segment.length
            else { throw malformed }
            end = segment.offset + segment.length
            stored += segment.length
        }
        guard stored == dataLeft else { throw malformed }
    }
}
