/// Fields in the form that systemd-journald takes from its socket: systemd's "Native Journal Protocol".
///
/// A value without a newline is a line `NAME=value`, whatever its bytes. One with a newline is its name on a line, its
/// length in 64 bits with the lowest byte first, its bytes, and a newline.
public struct JournalFields: Sendable, Hashable {
    /// The longest name that journald takes.
    private static let nameLimit = 64

    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Adds a field. The name is the caller's to have checked: journald drops what it does not like without a word.
    public mutating func add(_ name: String, _ value: some Collection<UInt8>) {
        let newline = UInt8(ascii: "\n")
        bytes += name.utf8
        if value.contains(newline) {
            bytes.append(newline)
            let length = UInt64(value.count)
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: length >> shift))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value
        bytes.append(newline)
    }

    /// Adds a field of text.
    public mutating func add(_ name: String, _ value: String) {
        add(name, value.utf8)
    }

    /// Whether journald takes a field of this name from a client: upper-case letters, digits and underscores, not more than
    /// 64, and no digit or underscore in front (those are journald's own).
    public static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first),
            text.utf8.count <= nameLimit
        else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
