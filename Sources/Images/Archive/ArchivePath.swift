import Glibc

/// The name of an entry, made relative to the root of its layer: no `.`, no `..`, no double or leading slashes.
///
/// Bytes, because tar and Linux have no encoding.
struct ArchivePath: Hashable {
    /// The whole path; empty for the root itself.
    let bytes: [UInt8]
    /// Where the last component begins.
    private let baseStart: Int

    /// The folder that holds it; empty for what is in the root.
    var parent: ArraySlice<UInt8> { baseStart == 0 ? [] : bytes[..<(baseStart - 1)] }
    /// The last component; empty for the root itself.
    var base: ArraySlice<UInt8> { bytes[baseStart...] }
    var isRoot: Bool { bytes.isEmpty }
    /// For messages; bytes that are no UTF-8 are replaced.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Cleans a name from an archive by its letters alone, as Go's filepath.Clean does for other clients.
    init(_ name: some Collection<UInt8>) throws(ArchiveError) {
        let text = { String(decoding: name.prefix(200), as: UTF8.self) }
        guard !name.contains(0) else { throw ArchiveError(.badName("a zero byte"), entry: text()) }
        var starts: [Int] = []
        var cleaned: [UInt8] = []
        cleaned.reserveCapacity(name.count)
        for component in name.split(separator: UInt8(ascii: "/")) {
            if component.elementsEqual([UInt8(ascii: ".")]) { continue }
            if component.elementsEqual([UInt8(ascii: "."), UInt8(ascii: ".")]) {
                guard let start = starts.popLast() else { throw ArchiveError(.leavesRoot, entry: text()) }
                cleaned.removeSubrange(max(0, start - 1)...)
                continue
            }
            guard component.count <= 255 else {
                throw ArchiveError(.badName("a part is longer than 255 bytes"), entry: text())
            }
            if !cleaned.isEmpty { cleaned.append(UInt8(ascii: "/")) }
            starts.append(cleaned.count)
            cleaned.append(contentsOf: component)
        }
        guard cleaned.count < Int(PATH_MAX) else {
            throw ArchiveError(.badName("longer than \(PATH_MAX) bytes"), entry: text())
        }
        bytes = cleaned
        baseStart = starts.last ?? 0
    }

    /// The same folder with another last component.
    func sibling(_ name: some Collection<UInt8>) throws(ArchiveError) -> ArchivePath {
        try ArchivePath(Array(parent) + [UInt8(ascii: "/")] + name)
    }
}

/// Runs `body` with the bytes as a C string.
package func withCString<Result>(
    _ bytes: some Collection<UInt8>,
    _ body: (UnsafePointer<CChar>) throws -> Result
) rethrows -> Result {
    try withUnsafeTemporaryAllocation(byteCount: bytes.count + 1, alignment: 1) { buffer in
        buffer.copyBytes(from: bytes)
        buffer[bytes.count] = 0
        let start = buffer.assumingMemoryBound(to: CChar.self).baseAddress
        // The buffer holds at least the zero.
        return try body(UnsafePointer(start.unsafelyUnwrapped))
    }
}
