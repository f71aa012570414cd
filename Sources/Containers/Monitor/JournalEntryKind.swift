/// What an entry of a container in the journal is, and the fields that only entries of this kind have.
struct JournalEntryKind: RawRepresentable, Hashable {
    /// syslog(3)'s priority in the lowest three bits, and a bit each for a part of a line and for the monitor's own word.
    var rawValue: UInt32

    private static let partBit: UInt32 = 8
    private static let lossBit: UInt32 = 16

    /// The monitor's own word about entries that the journal did not get: a warning.
    static let loss = JournalEntryKind(rawValue: 4 | lossBit)

    init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    init(priority: UInt8, isPart: Bool) {
        rawValue = UInt32(priority & 7) | (isPart ? JournalEntryKind.partBit : 0)
    }

    /// The fields in front of the message's bytes, and the beginning of its own. A message has no newline, so it needs no length in
    /// front.
    var head: StaticString {
        let priority = Int(rawValue & 7)
        return rawValue & JournalEntryKind.partBit == 0
            ? JournalEntryKind.wholeHeads[priority] : JournalEntryKind.partHeads[priority]
    }

    private static let wholeHeads: [StaticString] = [
        "PRIORITY=0\nMESSAGE=", "PRIORITY=1\nMESSAGE=", "PRIORITY=2\nMESSAGE=", "PRIORITY=3\nMESSAGE=",
        "PRIORITY=4\nMESSAGE=", "PRIORITY=5\nMESSAGE=", "PRIORITY=6\nMESSAGE=", "PRIORITY=7\nMESSAGE=",
    ]

    private static let partHeads: [StaticString] = [
        "PRIORITY=0\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=", "PRIORITY=1\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=",
        "PRIORITY=2\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=", "PRIORITY=3\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=",
        "PRIORITY=4\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=", "PRIORITY=5\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=",
        "PRIORITY=6\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=", "PRIORITY=7\nCONTAINER_PARTIAL_MESSAGE=true\nMESSAGE=",
    ]
}

/// The priorities of a stream's lines: a line may begin with `<0>` to `<7>` (sd-daemon(3)), which is then no part of its message.
struct LinePriority {
    /// Of lines that do not say: information, for standard error an error.
    private let usual: UInt8
    /// Of the line that has begun.
    private var current: UInt8?

    init(_ stream: LogStream) {
        usual = stream == .stdout ? 6 : 3
    }

    /// The priority of an entry, and how many bytes in front are not its message's. All parts of a line have that of the first.
    mutating func next(_ message: UnsafeRawBufferPointer, isWholeLine: Bool) -> (priority: UInt8, prefix: Int) {
        defer { if isWholeLine { current = nil } }
        if let current { return (current, 0) }
        let hasPrefix =
            message.count >= 3 && message[0] == UInt8(ascii: "<") && message[2] == UInt8(ascii: ">")
            && (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(message[1])
        let priority = hasPrefix ? message[1] - UInt8(ascii: "0") : usual
        current = priority
        return (priority, hasPrefix ? 3 : 0)
    }
}
