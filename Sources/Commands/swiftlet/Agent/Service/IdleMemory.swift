import Glibc
import Linux
import Logging
import PodEngine

/// Gives memory back that only work needs, once there has been none for a moment: pages of freed memory (malloc_trim(3)), which a
/// burst of pods leaves in every thread's arena, and the mapping of the program's own code, of which the start touches nearly all.
///
/// The code stays in the page cache: whatever is run again is mapped again by page faults, sixteen pages each, and read from the disk
/// only where the machine was short of memory meanwhile. Without this an idle agent counts for twice the memory that it needs.
struct IdleMemory: Sendable {
    let store: PodStore
    let logger: Logger

    /// For so long nothing may have happened to any pod.
    private static let quiet = Duration.seconds(2)

    private typealias Trim = @convention(c) (Int) -> Int32

    /// Runs until the task is cancelled. An agent to whose pods nothing happens has no timer.
    func run() async {
        let stirrings = store.stirrings()
        repeat {
            var revision: UInt64
            repeat {
                revision = store.revision
                // Only a cancellation ends it early.
                try? await Task.sleep(for: Self.quiet)
            } while store.revision != revision && !Task.isCancelled
            if Task.isCancelled { return }
            giveBack()
        } while await next(stirrings)
    }

    private func next(_ stirrings: AsyncStream<Void>) async -> Bool {
        for await _ in stirrings { return true }
        return false
    }

    private func giveBack() {
        // glibc's own; not shown to Swift.
        if let symbol = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(symbol, to: Trim.self)(0) }
        do throws(SystemError) {
            for range in try Self.ownCode() {
                // Private, of a file, and never written to: what is unmapped is found again in the file.
                guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
                try retrying("madvise") { madvise(start, Int(range.upperBound - range.lowerBound), MADV_DONTNEED) }
            }
        } catch {
            logger.debug("memory is not given back: \(error)")
        }
    }

    /// Where the program's code is mapped: executable, and neither writable nor shared.
    private static func ownCode() throws(SystemError) -> [Range<UInt>] {
        let program = try FileSystem.readLink("/proc/self/exe")
        var ranges: [Range<UInt>] = []
        for line in try FileSystem.readText("/proc/self/maps").split(separator: "\n") where line.hasSuffix(" \(program)") {
            let words = line.split(separator: " ", maxSplits: 2)
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard words.count > 2, words[1] == "r-xp", ends.count == 2, ends[0] < ends[1] else { continue }
            ranges.append(ends[0]..<ends[1])
        }
        return ranges
    }
}
