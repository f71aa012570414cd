import Glibc

/// A few buffers that one thread fills and another empties.
///
/// The writer takes a free buffer, fills it and hands it over; the reader gives it back with its next call. Either side
/// may fail: the other then gets the error.
final class BufferPipe: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var free: [UnsafeMutableRawBufferPointer] = []
    private var filled: [(buffer: UnsafeMutableRawBufferPointer, count: Int)] = []
    private var reading: UnsafeMutableRawBufferPointer?
    private var writerEnd: Result<Void, any Error>?
    private var readerGone = false

    init(buffers: Int, size: Int) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        for _ in 0..<buffers { free.append(.allocate(byteCount: size, alignment: 64)) }
    }

    deinit {
        for buffer in free + filled.map(\.buffer) + (reading.map { [$0] } ?? []) { buffer.deallocate() }
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

    /// Writer: a buffer to fill, or nil when the reader has gone.
    func takeFree() -> UnsafeMutableRawBufferPointer? {
        locked {
            while free.isEmpty && !readerGone { pthread_cond_wait(changed, mutex) }
            return readerGone ? nil : free.removeLast()
        }
    }

    /// Writer: hands a filled buffer over; with a count of 0 it only goes back.
    func give(_ buffer: UnsafeMutableRawBufferPointer, count: Int) {
        locked {
            if count > 0 { filled.append((buffer, count)) } else { free.append(buffer) }
            pthread_cond_broadcast(changed)
        }
    }

    /// Writer: there is no more, or there was an error. The last call of the writer.
    func finish(_ result: Result<Void, any Error>) {
        locked {
            writerEnd = result
            pthread_cond_broadcast(changed)
        }
    }

    /// Reader: the next bytes, valid until the next call; nil at the end. Throws what the writer failed with, after all
    /// that it had written before.
    func next() throws -> UnsafeRawBufferPointer? {
        try locked {
            if let done = reading {
                reading = nil
                free.append(done)
                pthread_cond_broadcast(changed)
            }
            while filled.isEmpty && writerEnd == nil { pthread_cond_wait(changed, mutex) }
            if !filled.isEmpty {
                let (buffer, count) = filled.removeFirst()
                reading = buffer
                return UnsafeRawBufferPointer(rebasing: buffer[..<count])
            }
            try writerEnd?.get()
            return nil
        }
    }

    /// Reader: tells the writer to stop and waits until it has.
    func closeAndWait() {
        locked {
            readerGone = true
            pthread_cond_broadcast(changed)
            while writerEnd == nil { pthread_cond_wait(changed, mutex) }
        }
    }
}
