import Glibc
import Linux

/// A folder for what is on its way: in TMPDIR, else /var/tmp, as layers may be larger than memory.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws(SystemError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        path = "\(parent)/swiftlet-images-\(getpid())-\(UInt64.random(in: .min ... .max))"
        try retrying("mkdir", path) { mkdir(path, 0o700) }
    }

    /// Removes it with all that is in it. Once it is gone, does nothing.
    func remove() throws(SystemError) {
        if FileSystem.exists(path) { try FileSystem.removeTree(path) }
    }

    deinit {
        // Whoever could report a failure has called `remove`.
        try? remove()
    }
}
