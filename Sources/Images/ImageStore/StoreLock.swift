import Glibc
import Linux

/// The lock between processes over a store's index; held while the index is changed or something is collected.
enum StoreLock {
    /// Waits for the lock, blocking the thread, and runs `body` with it.
    static func hold<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        let number = file.rawValue
        try retrying("flock", path) { flock(number, LOCK_EX) }
        // Closing the file gives the lock back, too; like this it surely lasts for as long as the body.
        defer { _ = flock(number, LOCK_UN) }
        return try body()
    }
}
