import Glibc

/// Where a file has data (lseek(2), SEEK_DATA and SEEK_HOLE).
package enum SparseMap {
    /// Holes that are smaller together than this are not worth a map.
    private static let worthwhile: Int64 = 64 << 10
    private static let segmentLimit = 20_000

    /// The pieces that are there of a file of `size` bytes; nil where it has no holes to speak of, or more than a map should have.
    package static func segments(of file: Int32, size: Int64, blocks: Int64) -> [TarEntry.Segment]? {
        guard size - blocks * 512 >= worthwhile else { return nil }
        var segments: [TarEntry.Segment] = []
        var offset: Int64 = 0
        while offset < size, segments.count <= segmentLimit {
            // SEEK_DATA is 3, SEEK_HOLE 4.
            let start = lseek(file, off_t(offset), 3)
            if start == -1 {
                // ENXIO: the rest is a hole. File systems without holes do not know the question.
                guard errno == ENXIO else { return nil }
                break
            }
            let end = lseek(file, start, 4)
            guard end > start else { return nil }
            segments.append(.init(offset: Int64(start), length: min(Int64(end), size) - Int64(start)))
            offset = Int64(end)
        }
        return segments.count > segmentLimit ? nil : segments
    }
}
