import CLinux
import Glibc

/// inotify(7): what happens in folders.
public struct Inotify: ~Copyable, Sendable {
    public struct Mask: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        public static let modify = Mask(rawValue: 0x2)
        public static let attributes = Mask(rawValue: 0x4)
        public static let closeWrite = Mask(rawValue: 0x8)
        public static let movedFrom = Mask(rawValue: 0x40)
        public static let movedTo = Mask(rawValue: 0x80)
        public static let create = Mask(rawValue: 0x100)
        public static let delete = Mask(rawValue: 0x200)
        public static let deleteSelf = Mask(rawValue: 0x400)
        public static let moveSelf = Mask(rawValue: 0x800)
        /// The kernel's queue was full and events are lost: look at everything again.
        public static let overflow = Mask(rawValue: 0x4000)
        /// The watch is gone: its folder was removed or unmounted.
        public static let ignored = Mask(rawValue: 0x8000)
        public static let onlyDirectory = Mask(rawValue: 0x0100_0000)
        public static let isDirectory = Mask(rawValue: 0x4000_0000)
    }

    public struct Event: Sendable, Hashable {
        public var watch: Int32
        public var mask: Mask
        /// The name inside the watched folder; empty for events on the folder itself.
        public var name: String
    }

    public let descriptor: Descriptor

    /// inotify_init1(2), non-blocking.
    public init() throws(SystemError) {
        // IN_NONBLOCK and IN_CLOEXEC are O_NONBLOCK and O_CLOEXEC.
        descriptor = Descriptor(owning: try retrying("inotify_init1") { inotify_init1(O_NONBLOCK | O_CLOEXEC) })
    }

    /// inotify_add_watch(2): the number that events of this path will carry.
    public borrowing func watch(_ path: String, _ mask: Mask) throws(SystemError) -> Int32 {
        let number = descriptor.rawValue
        return try retrying("inotify_add_watch", path) { inotify_add_watch(number, path, mask.rawValue) }
    }

    /// inotify_rm_watch(2); a watch that is gone is no error.
    public borrowing func unwatch(_ watch: Int32) throws(SystemError) {
        if inotify_rm_watch(descriptor.rawValue, watch) == -1 && errno != EINVAL {
            throw SystemError.last("inotify_rm_watch", "\(watch)")
        }
    }

    /// All events that are waiting; none where there are none.
    public borrowing func read() throws(SystemError) -> [Event] {
        var events: [Event] = []
        let number = descriptor.rawValue
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
            if count == -1 {
                let code = errno
                if code == EAGAIN { return events }
                if code == EINTR { continue }
                throw SystemError(call: "read", errno: code, subject: "inotify")
            }
            buffer.withUnsafeBytes { bytes in
                var offset = 0
                // struct inotify_event: wd, mask, cookie, len (32 bits each), name padded with NULs.
                while offset + 16 <= count {
                    let watch = bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
                    let mask = bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                    let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
                    let name = bytes[(offset + 16)..<(offset + 16 + length)].prefix { $0 != 0 }
                    events.append(
                        Event(watch: watch, mask: Mask(rawValue: mask), name: String(decoding: name, as: UTF8.self))
                    )
                    offset += 16 + length
                }
            }
        }
    }
}
