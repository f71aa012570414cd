import CSystemd
import Glibc
import Linux

/// The systemd journal as a place for structured log entries.
public enum Journal {
    /// The priorities of syslog(3).
    public enum Priority: Int, Sendable, Hashable, CaseIterable {
        case emergency, alert, critical, error, warning, notice, info, debug
    }

    /// A field: an upper-case name and any bytes.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: [UInt8]

        public init(_ name: String, _ value: String) {
            self.init(name, bytes: Array(value.utf8))
        }

        /// A name that the journal would not take is made one: lower case becomes upper case, all that is no letter, digit
        /// or underscore becomes an underscore, and a first digit or underscore gets an `X` in front (the underscore
        /// is the journal's own).
        public init(_ name: String, bytes: [UInt8]) {
            var valid = name.utf8.map { byte -> UInt8 in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
                default: UInt8(ascii: "_")
                }
            }
            if let first = valid.first, first < UInt8(ascii: "A") || first == UInt8(ascii: "_") {
                valid.insert(UInt8(ascii: "X"), at: 0)
            }
            if valid.isEmpty { valid = [UInt8(ascii: "X")] }
            // journald ignores names of more than 64 bytes.
            self.name = String(decoding: valid.prefix(64), as: UTF8.self)
            value = bytes
        }
    }

    /// Whether a journal takes entries here. Without one `send` throws nothing away silently: it throws.
    public static var isAvailable: Bool {
        FileSystem.exists("/run/systemd/journal/socket")
    }

    /// Sends one entry. sd_journal_sendv(3) itself treats a missing journal as success; here it is ENOENT.
    public static func send(
        _ message: String,
        priority: Priority,
        fields: [Field] = []
    ) throws(SystemError) {
        guard isAvailable else {
            throw SystemError(call: "sd_journal_sendv", errno: ENOENT, subject: "/run/systemd/journal/socket")
        }
        let all = [Field("MESSAGE", message), Field("PRIORITY", "\(priority.rawValue)")] + fields
        let result = withVectors(all.map(\.assignment)) { sd_journal_sendv($0, Int32($1)) }
        if result < 0 { throw SystemError(call: "sd_journal_sendv", errno: -result, subject: "journal") }
    }

    /// Calls `body` with an I/O vector over all `entries`.
    private static func withVectors(
        _ entries: [[UInt8]],
        _ body: (UnsafePointer<iovec>, Int) -> Int32
    ) -> Int32 {
        let total = entries.reduce(0) { $0 + $1.count }
        return withUnsafeTemporaryAllocation(byteCount: max(total, 1), alignment: 1) { bytes in
            guard let base = bytes.baseAddress else { return -ENOMEM }
            var vectors: [iovec] = []
            var offset = 0
            for entry in entries {
                UnsafeMutableRawBufferPointer(start: base + offset, count: entry.count).copyBytes(from: entry)
                vectors.append(iovec(iov_base: base + offset, iov_len: entry.count))
                offset += entry.count
            }
            return body(vectors, vectors.count)
        }
    }
}

extension Journal.Field {
    /// `NAME=value`.
    fileprivate var assignment: [UInt8] { Array(name.utf8) + [UInt8(ascii: "=")] + value }
}
