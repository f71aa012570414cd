/// Puts an entry together from its header block and the extended records in front of it.
struct TarEntryAssembly {
    /// Where the map of a sparse file is.
    enum SparseFormat {
        case none
        case given([TarEntry.Segment])
        case oldGNU([TarEntry.Segment], isExtended: Bool)
        /// In front of the data (pax 1.0).
        case inData
    }

    var name: [UInt8]
    var linkName: [UInt8]
    /// How many bytes of data follow the header.
    private(set) var storedSize: Int64
    private let header: TarHeader
    private let extended: PaxRecords?
    private var problem: ArchiveError?
    private var realSize: Int64?
    private(set) var sparseFormat: SparseFormat = .none

    init(header: TarHeader, extended: PaxRecords?) {
        self.header = header
        self.extended = extended
        name = header.name
        linkName = header.linkName
        storedSize = header.size
        do throws(ArchiveError) {
            try apply()
        } catch {
            problem = error
        }
    }

    private mutating func apply() throws(ArchiveError) {
        if let old = header.oldSparse {
            sparseFormat = .oldGNU(old.segments, isExtended: old.isExtended)
            realSize = old.realSize
        }
        guard let extended else { return }
        if let path = extended["path"] { name = Array(path) }
        if let link = extended["linkpath"] { linkName = Array(link) }
        if let size = try extended.integer("size") {
            guard size >= 0 else { throw ArchiveError(.badHeader("negative size")) }
            storedSize = size
        }
        try applySparse(extended)
    }

    /// GNU tar's sparse files in pax archives: versions 0.0, 0.1 and 1.0.
    private mutating func applySparse(_ extended: PaxRecords) throws(ArchiveError) {
        let malformed = ArchiveError(.badHeader("sparse map"))
        if let sparseName = extended["GNU.sparse.name"] { name = Array(sparseName) }
        if let major = try extended.integer("GNU.sparse.major") {
            guard major == 1, let size = try extended.integer("GNU.sparse.realsize") else { throw malformed }
            sparseFormat = .inData
            realSize = size
            return
        }
        guard let size = try extended.integer("GNU.sparse.size") else { return }
        realSize = size
        var numbers: [Int64] = []
        if let map = extended["GNU.sparse.map"] {
            for part in map.split(separator: UInt8(ascii: ",")) {
                guard let number = Int64(String(decoding: part, as: UTF8.self)) else { throw malformed }
                numbers.append(number)
            }
        } else {
            for record in extended.records where ["GNU.sparse.offset", "GNU.sparse.numbytes"].contains(record.key) {
                guard let number = Int64(String(decoding: record.value, as: UTF8.self)) else { throw malformed }
                numbers.append(number)
            }
        }
        guard numbers.count.isMultiple(of: 2) else { throw malformed }
        sparseFormat = .given(
            stride(from: 0, to: numbers.count, by: 2).map {
                TarEntry.Segment(offset: numbers[$0], length: numbers[$0 + 1])
            }
        )
    }

    /// The entry; throws what was wrong with its headers.
    func entry() throws(ArchiveError) -> TarEntry {
        if var problem {
            problem.entry = String(decoding: name, as: UTF8.self)
            throw problem
        }
        // A pax record may hold one; to the kernel the name would end there.
        guard !name.contains(0), !linkName.contains(0) else { throw failure(.badName("a zero byte")) }
        return TarEntry(
            kind: try kind(),
            name: name,
            linkName: linkName,
            permissions: UInt32(truncatingIfNeeded: header.mode) & 0o7777,
            owner: TarEntry.Owner(
                user: try identifier(try extended?.integer("uid") ?? header.userID, "uid"),
                group: try identifier(try extended?.integer("gid") ?? header.groupID, "gid")
            ),
            modified: try extended?.time("mtime") ?? TarEntry.Time(seconds: header.modified, nanoseconds: 0),
            device: TarEntry.Device(
                major: try deviceNumber(header.deviceMajor),
                minor: try deviceNumber(header.deviceMinor)
            ),
            attributes: extended?.attributes ?? [],
            size: realSize ?? storedSize
        )
    }

    private func kind() throws(ArchiveError) -> TarEntry.Kind {
        switch header.type {
        // A name that ends with a slash was how version 7 wrote folders.
        case 0, UInt8(ascii: "0"): name.last == UInt8(ascii: "/") ? .directory : .file
        case UInt8(ascii: "7"), UInt8(ascii: "S"): .file
        case UInt8(ascii: "1"): .hardLink
        case UInt8(ascii: "2"): .symbolicLink
        case UInt8(ascii: "3"): .characterDevice
        case UInt8(ascii: "4"): .blockDevice
        case UInt8(ascii: "5"): .directory
        case UInt8(ascii: "6"): .fifo
        default: throw failure(.unsupportedType(header.type))
        }
    }

    /// User and group numbers; the highest one means "leave it" to chown(2).
    private func identifier(_ number: Int64, _ field: String) throws(ArchiveError) -> UInt32 {
        guard let identifier = UInt32(exactly: number), identifier != .max else {
            throw failure(.badHeader("\(field) \(number)"))
        }
        return identifier
    }

    private func deviceNumber(_ number: Int64) throws(ArchiveError) -> UInt32 {
        guard let device = UInt32(exactly: number) else { throw failure(.badHeader("device number \(number)")) }
        return device
    }

    private func failure(_ reason: ArchiveError.Reason) -> ArchiveError {
        ArchiveError(reason, entry: String(decoding: name, as: UTF8.self))
    }
}
