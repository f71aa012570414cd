import Glibc
import Linux

extension TarReader {
    /// Writes the data of the current entry into an open file, which is empty. What its segments leave out stays a hole.
    ///
    /// - Parameter path: for messages.
    func write(_ entry: TarEntry, to file: Int32, _ path: ArchivePath) throws {
        if entry.segments != nil { try retrying("ftruncate", path.text) { ftruncate(file, off_t(entry.size)) } }
        try contents { start, bytes in
            var rest = bytes
            var offset = start
            while !rest.isEmpty {
                let (source, place) = (rest, offset)
                let count = try retrying("pwrite", path.text) {
                    pwrite(file, source.baseAddress, source.count, off_t(place))
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                offset += Int64(count)
            }
        }
    }
}
