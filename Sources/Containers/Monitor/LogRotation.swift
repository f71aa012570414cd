/// How large a log may become, and what is kept of it.
public struct LogRotation: Sendable, Hashable {
    /// The size in bytes past which a file is put aside; nil: it grows without end.
    public var sizeLimit: Int?
    /// How many files are kept beside the one that is written: `PATH.1` is the newest of them.
    public var keptFiles: Int
    /// Whether all of those but the newest are compressed: `PATH.2.gz`.
    public var compresses: Bool

    public init(sizeLimit: Int? = nil, keptFiles: Int = 1, compresses: Bool = false) {
        self.sizeLimit = sizeLimit
        self.keptFiles = keptFiles
        self.compresses = compresses
    }

    /// How much of `entries` goes into a file of `size` bytes: whole entries only, and 0 where the file is to be put
    /// aside first. An entry larger than the limit gets a file of its own.
    func share(of entries: UnsafeRawBufferPointer, intoFileOf size: Int) -> Int {
        guard let sizeLimit, size + entries.count > sizeLimit else { return entries.count }
        let newline = UInt8(ascii: "\n")
        let room = max(0, sizeLimit - size)
        if let last = entries.prefix(room).lastIndex(of: newline) { return last + 1 }
        if size > 0 { return 0 }
        return entries.firstIndex(of: newline).map { $0 + 1 } ?? entries.count
    }

    /// The files that go when `path` is put aside.
    func leaving(_ path: String) -> [String] {
        if keptFiles == 0 { return [path] }
        return compresses ? ["\(path).\(keptFiles)", "\(path).\(keptFiles).gz"] : []
    }

    /// The renames that put `path` aside, in order; each replaces what has the new name.
    func renames(of path: String) -> [(from: String, to: String)] {
        guard keptFiles > 0 else { return [] }
        var steps: [(from: String, to: String)] = []
        for number in stride(from: keptFiles - 1, to: 0, by: -1) {
            steps.append((from: "\(path).\(number)", to: "\(path).\(number + 1)"))
            if compresses { steps.append((from: "\(path).\(number).gz", to: "\(path).\(number + 1).gz")) }
        }
        steps.append((from: path, to: "\(path).1"))
        return steps
    }
}
