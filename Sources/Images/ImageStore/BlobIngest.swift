import Archive
import Glibc
import Linux
import OCISpec
import Registry

/// A blob on its way into the store: a file that grows while the blob comes, and that is read behind that already.
///
/// The file is the buffer between network and disk, however far one is ahead of the other. A reader sees the end only
/// when the blob has been verified; when the transfer fails, it gets the error.
final class BlobIngest: BlobSink, @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let file: Descriptor
    /// Where the file is until it gets its name.
    let path: String
    private let progress: @Sendable (Int64) -> Void
    private var written: Int64 = 0
    private var end: Result<Void, any Error>?
    private var cancelledReader = false

    /// Makes the file. `progress` is told how many bytes have come; it is called on the writer's thread.
    init(path: String, progress: @escaping @Sendable (Int64) -> Void) throws {
        self.path = path
        self.progress = progress
        file = try Descriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    // MARK: The writer

    func append(_ bytes: UnsafeRawBufferPointer) throws {
        do throws(SystemError) {
            try file.writeAll(bytes)
        } catch {
            throw SystemError(call: error.call, errno: error.errno, subject: path)
        }
        let total = locked {
            written += Int64(bytes.count)
            pthread_cond_broadcast(changed)
            return written
        }
        progress(total)
    }

    /// No more bytes come: the blob is verified, or it failed.
    func finish(_ result: Result<Void, any Error>) {
        locked {
            guard end == nil else { return }
            end = result
            pthread_cond_broadcast(changed)
        }
    }

    // MARK: The reader

    /// What is in the file from `offset` on; waits for more, and gives 0 only behind the end of a verified blob.
    fileprivate func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let available = try locked {
            while written == offset && end == nil && !cancelledReader { pthread_cond_wait(changed, mutex) }
            if cancelledReader { throw CancellationError() }
            if written == offset { try end?.get() }
            return written - offset
        }
        if available == 0 { return 0 }
        let count = Int(min(available, Int64(buffer.count)))
        let number = file.rawValue
        return try retrying("pread", path) { pread(number, buffer.baseAddress, count, off_t(offset)) }
    }

    fileprivate func cancelReader() {
        locked {
            cancelledReader = true
            pthread_cond_broadcast(changed)
        }
    }

    /// Reads the blob from its beginning. One reader at a time.
    func source() -> any ByteSource { Source(self) }

    private final class Source: ByteSource, @unchecked Sendable {
        private let ingest: BlobIngest
        private var offset: Int64 = 0

        init(_ ingest: BlobIngest) { self.ingest = ingest }

        func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try ingest.read(at: offset, into: buffer)
            offset += Int64(count)
            return count
        }

        func cancel() { ingest.cancelReader() }
    }
}
