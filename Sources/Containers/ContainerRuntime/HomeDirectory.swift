import Glibc
import Linux

/// A user's home directory by the container's own /etc/passwd.
enum HomeDirectory {
    static func find(of user: UInt32) -> String {
        // An image without the file, or with a broken one, has no opinion.
        guard let bytes = try? read() else { return "/" }
        for line in bytes.split(separator: 0x0A) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 6, UInt32(String(decoding: fields[2], as: UTF8.self)) == user else { continue }
            return fields[5].isEmpty ? "/" : String(decoding: fields[5], as: UTF8.self)
        }
        return "/"
    }

    /// The image may have anything in the file's place: a FIFO, for which nobody may wait, a device, a symlink to either.
    private static func read() throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY)
        guard try file.status().kind == .regular else { return [] }
        return try file.readToEnd(limit: 1 << 20)
    }
}
