import Glibc
import Linux

/// The folder in which one call leaves what the next one needs, and the lock that keeps two from changing the host at once.
struct StateFolder: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    /// Held until it is let go.
    final class Lock {
        private let descriptor: Descriptor

        init(_ path: String) throws(SystemError) {
            descriptor = try Descriptor.open(path, O_RDWR | O_CREAT, mode: 0o600)
            let number = descriptor.rawValue
            try retrying("flock", path) { flock(number, LOCK_EX) }
        }
    }

    /// Waits for the lock of a file, whose folder is made.
    func lock(_ name: String) throws(ToolError) -> Lock {
        try during("lock \(path)/\(name)") {
            try FileSystem.makeDirectories(FileSystem.split("\(path)/\(name)").directory)
            return try Lock("\(path)/\(name)")
        }
    }

    /// The bytes of a file, nil where there is none.
    static func read(_ path: String) throws(SystemError) -> [UInt8]? {
        do throws(SystemError) { return try FileSystem.read(path, limit: 64 << 20) } catch  where error.errno == ENOENT {
            return nil
        }
    }

    /// The names in a folder, none where there is no folder.
    static func list(_ path: String) throws(SystemError) -> [String] {
        do throws(SystemError) { return try FileSystem.list(path).sorted() } catch  where error.errno == ENOENT {
            return []
        }
    }
}
