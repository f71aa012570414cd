import Glibc

/// Memory straight from the kernel: a page costs nothing until it is touched, and can be given back.
///
/// The monitor of an idle container keeps 0.4 MB at most, so no buffer of its loop lives in the heap.
struct LazyBuffer: ~Copyable {
    let bytes: UnsafeMutableRawBufferPointer

    /// Traps where the kernel has no address space left: nothing can be said or logged then.
    init(capacity: Int) {
        let start = mmap(nil, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        precondition(start != MAP_FAILED, "mmap of \(capacity) bytes failed")
        bytes = UnsafeMutableRawBufferPointer(start: start, count: capacity)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }

    /// Gives back all pages that lie wholly behind the first `kept` bytes; they read as zero afterwards.
    func release(keeping kept: Int) {
        let pageSize = 4096
        let first = (kept + pageSize - 1) / pageSize * pageSize
        guard first < bytes.count, let start = bytes.baseAddress else { return }
        madvise(start + first, bytes.count - first, MADV_DONTNEED)
    }
}
