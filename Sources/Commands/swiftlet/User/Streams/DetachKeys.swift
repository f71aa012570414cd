/// Ctrl-p ctrl-q: leaves what one is attached to. Everything else, a lone ctrl-p included, goes on to it.
struct DetachKeys {
    private static let first: UInt8 = 0x10
    private static let second: UInt8 = 0x11

    private var hasFirst = false

    /// What to send on; nil where both keys were pressed.
    mutating func filter(_ bytes: [UInt8]) -> [UInt8]? {
        var rest: [UInt8] = []
        for byte in bytes {
            if hasFirst {
                if byte == Self.second { return nil }
                rest.append(Self.first)
                hasFirst = false
            }
            if byte == Self.first { hasFirst = true } else { rest.append(byte) }
        }
        return rest
    }
}
